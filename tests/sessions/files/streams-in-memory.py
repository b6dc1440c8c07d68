# name: streams-in-memory
# description: StringIO, BytesIO and wrappers over them, with positions, writers and open archives
# %%
import io, csv, zipfile
out = io.StringIO(); writer = csv.writer(out); raw = io.BytesIO(b"line1\nline2\n"); wrap = io.TextIOWrapper(raw); plain = io.StringIO("abc"); same = plain
# %%
writer.writerow([1, "a b"]); first = wrap.readline(); plain.read(1)
# %%
buf = io.BytesIO(); z = zipfile.ZipFile(buf, "w"); z.writestr("x.txt", "hello"); plain.write("Z"); bio = io.BytesIO(b"12345"); bio.seek(2)
# %%
writer.writerow([2]); rest = bio.read(2); tail = plain.read()
# %% holds
first == "line1\n" and plain.getvalue() == "aZc" and same is plain and tail == "c"
rest == b"34" and bio.tell() == 4
z.fp is buf and z.namelist() == ["x.txt"]
# %% holds after 4
out.getvalue() == "1,a b\r\n2\r\n"
