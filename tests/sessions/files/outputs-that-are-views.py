# name: outputs-that-are-views
# description: arrays that cells show are views of a variable's array, or a variable is a view of what was shown
# %%
import numpy as np
a = np.arange(12); m = np.eye(3); box = {"w": np.zeros((2, 2), order="F")}; part = np.arange(8.0).reshape(2, 4); ro = np.arange(3); rec = np.zeros(2, [("x", int), ("o", object)])
# %%
a[:4]
# %%
m.T
# %%
a.reshape(3, 4)[::-1, 1:]
# %%
np.arange(6.0)
# %%
v = Out[5][2:]; box["w"][1]
# %%
part[0]
# %%
[a[5:7], np.arange(4).reshape(2, 2), rec["o"]]
# %%
look = ro[:]; look.flags.writeable = False; look
# %%
a[0] = 90; a[5] = 95; m[0, 1] = 91; v[0] = 92; box["w"][1, 1] = 93; part[0, 0] = 94; ro[2] = 96
# %%
seen = [Out[2].tolist(), Out[3].tolist(), Out[4][2].tolist(), Out[5].tolist(), Out[6].tolist(), Out[7][0].item(), Out[8][0].tolist(), Out[9].tolist()]
# %% holds
seen == [[90, 1, 2, 3], [[1, 0, 0], [91, 1, 0], [0, 0, 1]], [1, 2, 3], [0, 1, 92, 3, 4, 5], [0, 93], 94, [95, 6], [0, 1, 96]]
Out[2].base is a and Out[3].base is m and Out[4].base is a and v.base is Out[5] and not Out[9].flags.writeable and Out[7].base is part.base
# %% holds after 9
Out[2].base is a and Out[3].base is m and Out[4].base is a and v.base is Out[5] and Out[4].tolist() == [[9, 10, 11], [5, 6, 7], [1, 2, 3]] and Out[8][1].tolist() == [[0, 1], [2, 3]]
