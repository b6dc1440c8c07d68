# name: numpy-masked-arrays
# description: masked arrays, shared masks, hard masks and fill values
# %%
import numpy as np
m = np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[0, 1, 0, 0], fill_value=-9); d = m.data; part = m[1:]
# %%
m[0] = np.ma.masked; d[3] = 40.0
# %%
part[1] = 33.0; hard = np.ma.array([1, 2], mask=[True, False], hard_mask=True); hard[0] = 5
# %% holds
m.filled().tolist() == [-9.0, -9.0, 33.0, 40.0] and m.fill_value == -9
np.shares_memory(m.data, d) and np.shares_memory(part.data, d)
hard.hardmask and hard[0] is np.ma.masked and part.mask.tolist() == [True, False, False]
