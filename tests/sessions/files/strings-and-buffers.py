# name: strings-and-buffers
# description: io buffers with a position, memory views, arrays and ctypes
# lost: mv (a view of a buffer), raw (a view lies on it)
# %%
import io, array, ctypes
s = io.StringIO("one\ntwo"); b = io.BytesIO(b"12345")
arr = array.array("d", [1.5, 2.5]); raw = bytearray(b"hello"); c = (ctypes.c_int * 3)(1, 2, 3)
# %%
line = s.readline(); two = b.read(2)
mv = memoryview(raw)[1:3]
# %%
mv[0] = ord("E"); arr.append(3.5); c[1] = 20
# %% holds
(line, two) == ("one\n", b"12")
s.read == s.read and s.tell() == 4 and b.tell() == 2
bytes(raw) == b"hEllo" and bytes(mv) == b"El"
arr.tolist() == [1.5, 2.5, 3.5] and list(c) == [1, 20, 3]
