# name: ctypes-over-memory
# description: data of ctypes that are parts of others or look into a bytearray, an array or each other, and write there
# lost: fixed (it lies at an address)
# %%
import array, ctypes, ctypes.wintypes as wintypes
table = ((ctypes.c_int * 3) * 2)(); row = table[1]; row.note = "second"
packet = bytearray(range(16)); head = (ctypes.c_ubyte * 4).from_buffer(packet, 2); number = ctypes.c_uint16.from_buffer(packet)
# %%
block = (wintypes.RECT * 2)(); second = block[1]; second.left = 4
measured = array.array("d", [1.5, 2.5]); as_double = (ctypes.c_double * 2).from_buffer(measured)
base = ctypes.c_int(5); same = ctypes.c_int.from_buffer(base); fixed = ctypes.c_int.from_address(ctypes.addressof(base))
own = ctypes.create_string_buffer(b"abc", 8); box = [head, {"row": row}]
# %%
row[0] = 7; head[1] = 200; number.value = 1; second.top = 9; as_double[0] = 3.5; same.value += 1; own.value = b"xyz"
# %% holds after 2
row.note == "second" and row._b_base_ is table and box[0] is head and box[1]["row"] is row and second._b_base_ is block and block[1].left == 4
(number.value, head[0], base.value, own.raw) == (256, 2, 5, b"abc\0\0\0\0\0")
# %% holds
[list(each) for each in table] == [[0, 0, 0], [7, 0, 0]] and packet[:4] == bytes([1, 0, 2, 200]) and (block[1].left, block[1].top) == (4, 9)
measured.tolist() == [3.5, 2.5] and base.value == same.value == 6 and own.value == b"xyz"
