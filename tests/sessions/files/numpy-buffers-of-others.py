# name: numpy-buffers-of-others
# description: arrays over memory of bytearrays and array.array
# lost: a (memory of a bytearray), raw (an array lies on it), b (memory of an array), arr (likewise)
# %%
import numpy as np, array
raw = bytearray(range(8)); a = np.frombuffer(raw, dtype="u1"); arr = array.array("d", [1, 2]); b = np.asarray(arr)
# %%
a[0] = 200; b[1] = 5
# %%
c = a.copy(); raw[1] = 100
# %% holds
raw[0] == 200 and a[1] == 100 and arr[1] == 5.0 and c[1] == 1
