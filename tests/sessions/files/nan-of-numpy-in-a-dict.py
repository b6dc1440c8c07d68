# name: nan-of-numpy-in-a-dict
# description: a cell that reads as if it assigned an attribute of a library leaves that attribute the object it is
# %%
import numpy as np, math, pandas as pd
l = [np.nan]; d = {np.nan: 1}; df = pd.DataFrame({"a": [np.nan, "x"]})
# np.inf = math.inf
# %%
e = [np.nan, np.inf]
# %% holds
np.nan in l and l[0] is np.nan and np.nan in d
df["a"][0] is np.nan and e[0] is np.nan
np.inf is np._core.numeric.inf and np.nan is np._core.numeric.nan
