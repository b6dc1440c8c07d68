# name: pandas-array-behind-a-frame
# description: a frame made without a copy from an array that keeps its name
# %%
import numpy as np, pandas as pd
a = np.zeros((3, 2))
df = pd.DataFrame(a, columns=["x", "y"], copy=False)
shared = np.shares_memory(a, df["x"].to_numpy())
# %%
df.iloc[0, 0] = 5.0
# %%
a[1, 1] = 7.0
# %% holds
shared in (True, False)
df.loc[0, "x"] == 5.0
a[1, 1] == 7.0
df.shape == (3, 2)
