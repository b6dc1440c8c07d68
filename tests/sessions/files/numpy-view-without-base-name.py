# name: numpy-view-without-base-name
# description: two views whose base has no name any more
# %%
import numpy as np
a = np.zeros(10)
left, right = a[:6], a[4:]
del a
# %%
left[5] = 7
# %%
right[0] = 3
# %% holds
right[1] == 7
left[4] == 3
np.shares_memory(left, right)
left.base is right.base
