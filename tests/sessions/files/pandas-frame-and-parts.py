# name: pandas-frame-and-parts
# description: columns, index and categories of a frame under names of their own
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"k": list("abca"), "v": [1.0, np.nan, 3.0, 4.0]}, index=pd.date_range("2024-01-01", periods=4))
cat = df["k"].astype("category")
idx = df.index
# %%
df["w"] = df["v"].fillna(0) * 2
df.loc[df["k"] == "b", "v"] = 2.0
# %%
df.attrs["note"] = ["kept"]
by = df.groupby("k")["v"].sum()
# %% holds
df.index is idx
df["v"].tolist() == [1.0, 2.0, 3.0, 4.0]
by.to_dict() == {"a": 5.0, "b": 2.0, "c": 3.0}
cat.cat.categories.tolist() == ["a", "b", "c"]
df.attrs == {"note": ["kept"]}
df.index.freqstr == "D"
