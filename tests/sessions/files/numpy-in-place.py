# name: numpy-in-place
# description: in-place writes: out=, +=, sort, masked arrays, fill
# %%
import numpy as np
a = np.array([3.0, 1.0, 2.0]); alias = a
m = np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])
# %%
a.sort(); np.multiply(a, 2, out=a)
# %%
a += 1; m[0] = 9; m.mask[2] = True
# %% holds
alias is a
a.tolist() == [3.0, 5.0, 7.0]
m.mask.tolist() == [False, True, True]
m.data.tolist() == [9, 2, 3]
