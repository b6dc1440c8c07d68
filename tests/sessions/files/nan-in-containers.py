# name: nan-in-containers
# description: a nan keeps its identity in lists, dicts, sets and arrays of objects
# %%
import numpy as np, math
nan = math.nan; own = float("nan")
L = [own, nan, np.nan]
d = {own: "own"}
# %%
a = np.array([own, None], dtype=object); s = {own}
# %%
M = list(L)
# %% holds
own in L and L[0] is own and d[own] == "own"
L[1] is math.nan and L[2] is np.nan
a[0] is own and own in s
M == L
