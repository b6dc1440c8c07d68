# name: numpy-object-array
# description: an object array whose elements are also names
# %%
import numpy as np
inner = {"n": 1}
arr = np.array([inner, inner, None], dtype=object)
# %%
arr[0]["n"] = 2
# %%
arr[2] = arr[1]
part = arr[1:]
# %% holds
arr[0] is inner and arr[2] is inner
inner == {"n": 2}
part.base is arr
