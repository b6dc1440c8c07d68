# name: files-and-readers
# description: files that are closed, files open for reading at their places, text over bytes, readers and writers of csv over all of these
# %%
import csv, io
with open("lines.txt", "w") as out: print(*range(3000), sep="\n", file=out)
with open("rows.csv", "w", newline="") as table: csv.writer(table).writerows([["a", "b"], *([n, "x\ny"] for n in range(3000))])
with open("lines.txt") as done: total = sum(map(int, done))
both = open("rows.csv", "r+"); both.close(); made = open("raw.bin", "xb", buffering=0); made.write(bytes(range(256))); made.close()
# %%
text = open("lines.txt"); head = [text.readline() for _ in range(2000)]; inner = text.buffer
looped = open("lines.txt", encoding="ascii")
for line in looped:
    if line == "1700\n": break
plain = open("raw.bin", "rb"); start = plain.read(10); bare = open("raw.bin", "rb", buffering=0); bare.seek(100)
# %%
table_in = open("rows.csv", newline=""); rows = csv.reader(table_in); fields = next(rows)
named = csv.DictReader(open("rows.csv", newline="")); first = next(named); listed = csv.reader(["1;2", "3;4"], delimiter=";"); one = next(listed)
report = io.StringIO(); writer = csv.writer(report, quoting=csv.QUOTE_ALL); writer.writerow([1, None]); box = {"report": report, "w": writer}
raw = io.BytesIO("é\nzwei\ndrei\n".encode()); wrapped = io.TextIOWrapper(raw, "utf-8"); top = wrapped.readline()
# %%
more = [next(rows) for _ in range(1500)]; second = next(named); after = next(text); rest_of_loop = next(looped)
box["w"].writerow(["é", 2])
# %%
end = (next(rows), rows.line_num, next(named), next(listed), listed.line_num, next(text), looped.read(5), plain.read(3), bare.read(2), wrapped.read())
writer.writerow([3]); text.close()
# %% holds
out.closed and table.closed and done.closed and both.closed and made.closed and total == 4498500
(out.name, out.mode, out.encoding, done.mode, both.mode, made.name, made.mode) == ("lines.txt", "w", "UTF-8", "r", "r+", "raw.bin", "xb")
done.newlines == "\n" and made.closefd and both.buffer.raw.name == "rows.csv"
# %% holds after 2
text.tell() == 8890 and inner is text.buffer and inner.tell() == inner.raw.tell() and not text.closed
plain.tell() == 10 and bare.tell() == 100 and bare.name == "raw.bin"
# %% holds after 3
named.line_num == 3 and rows.line_num == 1 and rows.dialect.lineterminator == "\r\n" and listed.dialect.delimiter == ";" and writer.dialect.quoting == csv.QUOTE_ALL
wrapped.buffer is raw and raw.tell() == 13 and wrapped.tell() == 3 and box["report"].getvalue() == '"1",""\r\n'
# %% holds
report is box["report"] and report.getvalue() == '"1",""\r\n"é","2"\r\n"3"\r\n' and box["w"] is writer
more[-1] == ["1499", "x\ny"] and end[:3] == (["1500", "x\ny"], 3003, {"a": "2", "b": "x\ny"}) and after == "2000\n" and rest_of_loop == "1701\n"
end[3:] == (["3", "4"], 2, "2001\n", "1702\n", bytes([10, 11, 12]), bytes([100, 101]), "zwei\ndrei\n")
