# name: arrays-without-items
# description: shape, strides and type of arrays that hold nothing, views and owners
# %%
import numpy as np

wide = np.zeros((250, 0))
tall = np.zeros((0, 250), order="F")
full = np.ones((3, 4))
none = full[:, 4:]
names = np.empty(0, dtype=object)
times = np.array([], dtype="M8[D]")
still = np.zeros(0)
still.flags.writeable = False
before = [each.strides for each in (wide, tall, none, names, times, still)]
# %%
alias = wide
both = np.concatenate([wide, wide])
# %% holds
[each.strides for each in (wide, tall, none, names, times, still)] == before
alias is wide and wide.shape == (250, 0) and tall.shape == (0, 250) and both.shape == (500, 0)
none.base is full and not still.flags.writeable and wide.flags.writeable and wide.flags.owndata
names.dtype == object and str(times.dtype) == "datetime64[D]"
