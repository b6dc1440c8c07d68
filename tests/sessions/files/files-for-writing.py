# name: files-for-writing
# description: files that are open to be written or appended to, text of several encodings and bytes, go on where they stood and cut nothing off
# %%
import csv
log = open("log.txt", "w"); _ = log.write("one\n"); log.flush(); inner = log.buffer
_ = open("old.txt", "w").write("old\n"); more = open("old.txt", "a", encoding="latin-1", buffering=1); print("é", file=more)
new = open("new.bin", "xb"); _ = new.write(b"\x00\x01\x02"); new.flush(); bare = open("bare.bin", "wb", buffering=0); _ = bare.write(b"abcdef")
# %%
wide = open("wide.txt", "w", encoding="utf-16", newline="\r\n"); print("a", file=wide, flush=True)
table = open("table.csv", "w", newline=""); rows = csv.writer(table); _ = rows.writerow([1, "x,y"]); table.flush()
both = open("both.bin", "w+b", buffering=0); _ = both.write(b"0123456789"); _ = both.seek(4); box = {"log": log, "rows": rows}
_ = bare.seek(2)
# %%
print("two", file=log, flush=True); print("zwei", file=more); print("b", file=wide, flush=True); _ = new.write(b"\x03"); new.flush()
_ = rows.writerow([2, None]); table.flush()
# %%
_ = bare.write(b"C"); read = both.read(2); _ = both.write(b"x"); print("three", file=box["log"]); new.close()
for file in (log, wide, more, table, bare, both): file.close()
end = [open(name, "rb").read() for name in ("log.txt", "old.txt", "new.bin", "bare.bin", "wide.txt", "table.csv", "both.bin")]
# %% holds after 2
(log.mode, more.mode, new.mode, bare.mode, wide.mode, both.mode, log.name) == ("w", "a", "xb", "wb", "w", "rb+", "log.txt")
log.tell() == 4 and more.tell() == 6 and new.tell() == 3 and bare.tell() == 2 and both.tell() == 4 and log.buffer is inner and inner.raw.mode == "wb"
more.line_buffering and (more.encoding, wide.encoding) == ("latin-1", "utf-16") and not log.readable() and log.writable() and box["log"] is log
# %% holds
end[:4] == [b"one\ntwo\nthree\n", b"old\n\xe9\nzwei\n", b"\0\1\2\3", b"abCdef"] and read == b"45" and all(file.closed for file in (log, wide, more, new))
end[4].decode("utf-16") == "a\r\nb\r\n" and end[4].count(b"\xff\xfe") == 1 and end[5:] == [b'1,"x,y"\r\n2,\r\n', b"012345x789"]
