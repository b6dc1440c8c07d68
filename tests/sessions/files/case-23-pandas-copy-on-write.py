# name: case-23-pandas-copy-on-write
# description: a lazy copy shares memory until one is written; afterwards the other must be untouched
# case: 23
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"x": np.arange(4.0), "y": np.arange(4.0) * 2})
df2 = df[:]
s = df["x"]
# %%
before = df.copy()
# %%
df2.iloc[0, 0] = 99.0
# %%
s.iloc[1] = -1.0
# %% holds
df.equals(before)
df2.iloc[0, 0] == 99.0
s.tolist() == [0.0, -1.0, 2.0, 3.0]
