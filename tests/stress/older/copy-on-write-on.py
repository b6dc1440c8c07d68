# name: copy-on-write-on
# description: the same pandas with it: a lazy copy shares memory until one of both is written
# %%
import pandas as pd, numpy as np
pd.options.mode.copy_on_write = True
df = pd.DataFrame({"x": np.arange(4.0), "y": np.arange(4.0) * 2}); df2 = df[:]; s = df["x"]
# %%
before = df.copy(); shared = np.shares_memory(df2["x"].to_numpy(), df["x"].to_numpy())
# %%
df2.iloc[0, 0] = 99.0
# %%
s.iloc[1] = -1.0; df.loc[3, "y"] = 8.0
# %% holds
shared and df["x"].tolist() == before["x"].tolist() and df2.iloc[0, 0] == 99.0
s.tolist() == [0.0, -1.0, 2.0, 3.0] and df["y"].tolist() == [0.0, 2.0, 4.0, 8.0] and df2["y"].tolist() == [0.0, 2.0, 4.0, 6.0]
