# name: pandas-views-under-copy-on-write
# description: what copies lazily goes on copying lazily: columns, slices, values and the arrays that frames were made of
# %%
import pandas as pd, numpy as np
a = np.arange(6.0).reshape(3, 2); df = pd.DataFrame(a, columns=list("ab"), copy=False); col = df["a"]; part = df.iloc[1:]; renamed = df.rename(columns={"a": "z"})
values = df["b"].to_numpy()
# %%
df.iloc[0, 0] = 50
# %%
part.iloc[0, 1] = 60; col.iloc[2] = 70; other = df.set_index("a", drop=False)
# %%
renamed.loc[0, "z"] = 80; df["c"] = renamed["z"]; df.loc[2, "c"] = 90
# %% holds
df["a"].tolist() == [50.0, 2.0, 4.0] and col.tolist() == [0.0, 2.0, 70.0] and part["b"].tolist() == [60.0, 5.0]
df["b"].tolist() == [1.0, 3.0, 5.0] and renamed["z"].tolist() == [80.0, 2.0, 4.0] and df["c"].tolist() == [80.0, 2.0, 90.0]
values.flags.writeable is False and values.tolist() == [1.0, 3.0, 5.0] and other.index.tolist() == [50.0, 2.0, 4.0]
