# name: arrow-over-numpy
# description: arrays, tables, slices and buffers of pyarrow over memory of numpy, of a frame and of a bytearray, and arrays of numpy over them
# lost: g (a generator)
# %%
import array, pyarrow as pa, numpy as np, pandas as pd
a = np.arange(5); arr = pa.array(a); grid = np.arange(12.0).reshape(3, 4); flat = pa.array(grid.ravel()); part = np.arange(9)[2:7]; middle = pa.array(part)
table = pa.table({"n": np.arange(4), "s": ["p", "q", None, "t"]}); batch = table.to_batches()[0]; tail = table.slice(2); col = np.arange(3); made = pa.table({"c": col})
# %%
df = pd.DataFrame({"x": [1.5, 2.5, 3.5]}); of_frame = pa.Table.from_pandas(df); raw = bytearray(8); row = array.array("d", [1, 2]); doubles = pa.Array.from_buffers(pa.float64(), 2, [None, pa.py_buffer(row)]); over = pa.py_buffer(raw); ints = pa.Array.from_buffers(pa.int32(), 2, [None, over])
back = arr.to_numpy(zero_copy_only=True); of_slice = arr.slice(1, 3).to_numpy(); own = pa.allocate_buffer(32); window = np.frombuffer(own, "i8"); window[:] = 7
words = pa.Array.from_buffers(pa.int64(), 4, [None, own]); lone = pa.array([1.0, 2.0]).to_numpy(); wide = made.to_pandas(split_blocks=True, zero_copy_only=True)
g = (n for n in [1, 2]); _ = next(g)
# %%
a[0] = 90; grid[0, 1] = 91; part[0] = 92; col[0] = 93; df.loc[0, "x"] = 94.0; raw[0] = 95; window[1] = 96; row[0] = 97
# %%
seen = [arr[0].as_py(), flat[1].as_py(), middle[0].as_py(), made["c"][0].as_py(), of_frame["x"][0].as_py(), ints[0].as_py(), words[1].as_py(), int(back[0]), doubles[0].as_py()]
a[1] = 80; a[3] = 81; col[1] = 82; later = [int(back[1]), of_slice.tolist(), wide["c"].tolist()]
# %% holds
seen == [90, 91, 92, 93, 94.0, 95, 96, 90, 97.0] and later == [80, [80, 2, 81], [93, 82, 2]]
arr.buffers()[1].address == a.ctypes.data and np.shares_memory(back, a) and np.shares_memory(of_slice, a) and np.shares_memory(wide["c"].to_numpy(), col)
tail.column("n").chunk(0).offset == 2 and tail.to_pydict() == {"n": [2, 3], "s": [None, "t"]} and batch.num_rows == 4 and lone.tolist() == [1.0, 2.0]
back.flags.writeable is False and window.flags.writeable and words[0].as_py() == 7 and own.address == window.ctypes.data
# %% holds after 2
arr.buffers()[1].address == a.ctypes.data and flat.buffers()[1].address == grid.ctypes.data and words.buffers()[1].address == window.ctypes.data
