# name: pandas-in-place
# description: loc, iloc, at, inplace methods, added and deleted columns, and who sees them
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"a": [1, 2, 3], "b": list("xyz"), "c": [0.5, None, 2.5]}); other = df; col = df["a"]; copy = df.copy()
# %%
df.loc[df.a > 1, "c"] = 9.0; df.iloc[0, 0] = 100; df.at[2, "b"] = "w"; df.insert(1, "n", [7, 8, 9])
# %%
gone = df.pop("n"); df = other = df.sort_values("a").rename(columns={"c": "C"}); df.index.name = "i"
# %% holds
other is df and df["a"].tolist() == [2, 3, 100] and df["C"].tolist() == [9.0, 9.0, 0.5] and df.index.tolist() == [1, 2, 0]
col.tolist() == [1, 2, 3] and copy.columns.tolist() == ["a", "b", "c"] and df.index.name == "i"
