# name: numpy-ufuncs-in-place
# description: out=, ufunc.at, putmask, in-place sorting and swapped parts of views
# %%
import numpy as np
a = np.arange(12.0).reshape(3, 4); row = a[1]; t = a.T; ints = a.astype("i8")
# %%
np.multiply(a, 2, out=a); np.add.at(a, ([0, 0], [1, 1]), 100.0); np.putmask(row, row > 10, -1.0)
same = np.sqrt(np.abs(t), out=t)
# %%
row[:2], row[2:] = row[2:].copy(), row[:2].copy(); a[::-1].sort(axis=1); as_bytes = ints.view("u1"); as_bytes[0, 0] = 9
# %% holds
row.base is a.base and t.base is a.base and same is t and np.shares_memory(as_bytes, ints)
ints[0, 0] == 9 and a.shape == (3, 4)
np.shares_memory(row, t)
