# name: memory-maps
# description: arrays over mapped files in each mode, views of them, maps themselves at their places, two of one file, one that is closed
# %%
import mmap
import numpy as np
np.save("a.npy", np.arange(12.0).reshape(3, 4)); np.save("large.npy", np.arange(100_000))
with open("text.bin", "wb") as out: _ = out.write(b"one\ntwo\nthree\n" * 1000)
r = np.load("a.npy", mmap_mode="r"); row = r[1]; plain = np.asarray(r)[:, ::2]; large = np.load("large.npy", mmap_mode="r")
new = np.memmap("new.bin", "i4", "w+", shape=(4, 2)); new[:] = 7; box = {"column": new[:, 1], "of": new}
# %%
with open("text.bin", "r+b") as out: text = mmap.mmap(out.fileno(), 0)
first = text.readline(); seen = np.frombuffer(text, "u1", 3, 4); look = memoryview(text)[4:7]
c = np.load("large.npy", mmap_mode="c"); c[5] = -5; c[70_000] = -7; part = c[::-1]
with open("a.npy", "rb") as out, mmap.mmap(out.fileno(), 0, access=mmap.ACCESS_READ) as closed: start = closed[:6]
both = np.load("a.npy", mmap_mode="r+"); other = np.memmap("a.npy", "f8", "r+", offset=128, shape=12)
# %%
box["column"][0] = 1; both[0, 0] = 100; text[4:7] = b"TWO"
# %%
c[6] = -6; new[1] += 1; other[1] = 200; second = text.readline()
# %%
end = float(r[0, :2].sum()), float(plain[0, 0]), int(part[-7]), int(new.sum()), bytes(look), seen.tolist()
new.flush(); on_disk = open("new.bin", "rb").read()[:8]
# %% holds after 2
first == b"one\n" and text.tell() == 4 and look == b"two" and closed.closed and start == b"\x93NUMPY"
# %% holds
type(r) is np.memmap and r.mode == "r" and not r.flags.writeable and r.filename.endswith("a.npy") and r.offset == 128 and r.base is r._mmap
row.base is r and type(row) is np.memmap and type(plain) is np.ndarray and np.shares_memory(plain, r) and box["of"] is new and np.shares_memory(box["column"], new)
new.mode == "w+" and c.mode == "c" and c._mmap is part._mmap and c[5] == -5 and c[70_000] == -7 and c[70_001] == 70_001 and large[5] == 5 and large.sum() == 4999950000
new.tolist() == [[7, 1], [8, 8], [7, 7], [7, 7]] and both[0, 1] == other[1] == 200 and both[0, 0] == other[0] == 100
text[:12] == b"one\nTWO\nthre" and text.tell() == 8 and second == b"TWO\n" and look.obj is text and look == b"TWO" and np.shares_memory(seen, text)
end == (300.0, 100.0, -6, 52, b"TWO", [84, 87, 79]) and on_disk == bytes([7, 0, 0, 0, 1, 0, 0, 0]) and repr(text)[:44] == "<mmap.mmap closed=False, access=ACCESS_DEFAU"
# %% holds after 4
(c[6], c[0], len(text)) == (-6, 0, 14000)
