# name: strided-windows
# description: as_strided() and sliding_window_view() look into the memory of the array that they were given
# %%
import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
a = np.arange(8.); w = as_strided(a, (3, 4), (16, 8)); v = sliding_window_view(a, 3); part = w[1:]
alone = as_strided(np.arange(6), (4, 3), (8, 8)); swapped = np.arange(6).astype(">i4"); z = as_strided(swapped, (2, 2), (8, 4))
grid = np.zeros((4, 4)); windows = sliding_window_view(grid, (2, 2)); flipped = as_strided(a[::-1], (4,), (-16,))
rec = np.zeros(4, [("x", "i4"), ("y", "f8")]); r = as_strided(rec, (2, 2), (12, 12))
# %%
a[2] = 20; w[2, 3] = 70; alone[0, 1] = 5; z[1, 1] = 9; grid[1, 1] = 4; r[0, 1]["x"] = 3
# %%
part[0, 0] = -1; n = v.sum() + windows.sum() + flipped.sum()
# %% holds
w.tolist() == [[0, 1, -1, 3], [-1, 3, 4, 5], [4, 5, 6, 70]] and a[7] == 70 and v[0].tolist() == [0, 1, -1]
np.shares_memory(a, w) and np.shares_memory(a, v) and np.shares_memory(w, part) and np.shares_memory(grid, windows)
alone.tolist() == [[0, 5, 2], [5, 2, 3], [2, 3, 4], [3, 4, 5]] and np.shares_memory(alone[0], alone[1])
z.tolist() == [[0, 1], [2, 9]] and swapped[3] == 9 and z.dtype == swapped.dtype
not v.flags.writeable and w.flags.writeable and type(w.base).__name__ == "DummyArray" and w.base.base is a
flipped.tolist() == [70, 5, 3, 1] and windows[0, 0, 1, 1] == 4 == windows[1, 1, 0, 0]
rec["x"].tolist() == [0, 3, 0, 0] and r[1, 0]["x"] == 3
