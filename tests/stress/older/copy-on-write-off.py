# name: copy-on-write-off
# description: pandas without copy-on-write: a frame, its columns and slices write through to each other
# %%
import pandas as pd, numpy as np
pd.options.mode.copy_on_write = False; pd.options.mode.chained_assignment = None
base = np.arange(8.0).reshape(4, 2); df = pd.DataFrame(base, columns=["x", "y"], copy=False)
# %%
col = df["x"]; part = df[1:3]; values = df.values
# %%
col.iloc[0] = -1.0
# %%
part.iloc[0, 1] = 99.0
# %%
values[3, 0] = 7.0; df["z"] = [1, 2, 3, 4]
# %%
df.loc[df.x > 5, "y"] = 0.0; base[2, 0] = 50.0
def only_part(whole=df): return whole.copy()[1:3]
lone = only_part(); boxed = [df.copy()]; inside = boxed[0]["x"]; inside.iloc[1] = 5.5
# %% holds
pd.options.mode.copy_on_write is False and np.shares_memory(values, base)
col.tolist() == [-1.0, 2.0, 50.0, 7.0] and base[1, 1] == 99.0 and part.iloc[0, 1] == 99.0
df["x"].tolist() == [-1.0, 2.0, 50.0, 7.0] and df["z"].tolist() == [1, 2, 3, 4]
lone["x"].tolist() == [2.0, 50.0] and boxed[0].iloc[1, 0] == 5.5
