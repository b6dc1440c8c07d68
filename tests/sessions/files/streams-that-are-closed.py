# name: streams-that-are-closed
# description: streams in memory and compressed files of each kind that a with statement left closed, and text over them
# %%
import bz2, gzip, io, lzma, tarfile, tempfile
with io.BytesIO(b"abc") as raw: start = raw.read(2)
with io.StringIO() as text: text.note = [1]; print("x", file=text)
with gzip.open("a.gz", "wt") as packed: print("one\ntwo", file=packed)
with bz2.open("a.bz2", "wt") as two: print("three", file=two)
# %%
with gzip.open("a.gz", "rt") as back: lines = back.readlines()
with bz2.open("a.bz2", "rt") as again: more = again.read()
with lzma.open("a.xz", "wb") as third: _ = third.write(b"x")
with tarfile.open("a.tar.gz", "w:gz") as bundle: bundle.add("a.xz")
with tempfile.SpooledTemporaryFile() as spooled: _ = spooled.write(b"x")
inner = packed.buffer; box = [raw, {"text": text}]
# %%
total = len(lines)
# %% holds after 2
all(each.closed for each in (raw, text, packed, two, back, again, third, bundle, spooled)) and text.note == [1] and box[0] is raw and box[1]["text"] is text
packed.buffer is inner and type(inner) is gzip.GzipFile and inner.name.endswith("a.gz") and inner.mode == 2 and back.buffer.mode == 1 and back.newlines == "\n"
again.encoding == "UTF-8" and bundle.getnames.__self__ is bundle and [each.name for each in bundle.members] == ["a.xz"]
# %% holds
lines == ["one\n", "two\n"] and more == "three\n" and start == b"ab" and total == 2
