# name: numpy-view
# description: a view writes into its base
# %%
import numpy as np
a = np.arange(6)
v = a[1:4]
# %%
v[0] = 100
# %%
a[2] = -1
# %% holds
v.base is a
a.tolist() == [0, 100, -1, 3, 4, 5]
v.tolist() == [100, -1, 3]
np.shares_memory(a, v)
