# name: numpy-layouts
# description: Fortran order, negative and broadcast strides, read-only, zero-size and structured arrays
# %%
import numpy as np
f = np.asfortranarray(np.arange(6).reshape(2, 3))
back = f[::-1, ::2]
wide = np.broadcast_to(np.arange(3), (4, 3))
fixed = np.arange(3); fixed.flags.writeable = False
empty = np.empty((0, 3), dtype="f4")
# %%
rec = np.zeros(2, dtype=[("x", "i4"), ("y", "f8")])
xs = rec["x"]
xs[:] = [1, 2]
# %%
f[0, 0] = 50
# %% holds
f.flags.f_contiguous and back.strides[0] < 0
back.tolist() == [[3, 5], [50, 2]]
wide.strides[0] == 0 and wide.shape == (4, 3)
not fixed.flags.writeable
rec["x"].tolist() == [1, 2] and np.shares_memory(rec, xs)
empty.shape == (0, 3) and empty.dtype == "f4"
