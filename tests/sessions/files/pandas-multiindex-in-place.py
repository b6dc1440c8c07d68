# name: pandas-multiindex-in-place
# description: a hierarchical index set, named, sorted, reset and dropped in place, by way of other names
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"a": [2, 1, 2, 1], "b": list("yxxy"), "v": np.arange(4.0), "o": [[1], [2], [3], [4]]})
alias = df; box = {"frame": df}
# %%
alias.set_index(["a", "b"], inplace=True); idx = df.index
# %%
box["frame"].index.set_names(["A", "B"], inplace=True); df.index.names = ["first", "second"]
# %%
df.sort_index(inplace=True); level = df.xs(1, level="first")
# %%
alias.rename(index={1: 10}, level=0, inplace=True); df.loc[(10, "x"), "v"] = -1.0; df.at[(2, "y"), "v"] += 5
# %%
df["w"] = df.groupby(level=0)["v"].transform("sum"); cols = pd.MultiIndex.from_product([["l"], df.columns]); df.columns = cols
# %%
df.drop(columns=[("l", "w")], inplace=True); alias.dropna(inplace=True); df.index.get_level_values(0).name
# %%
box["frame"].reset_index(inplace=True); o = df[("l", "o")]; o.iloc[0].append("seen")
# %% holds
alias is df and box["frame"] is df and isinstance(df.columns, pd.MultiIndex)
df["first"].tolist() == [10, 10, 2, 2] and df["second"].tolist() == list("xyxy")
df[("l", "v")].tolist() == [-1.0, 3.0, 2.0, 5.0] and list(idx.names) == ["first", "second"]
df[("l", "o")].iloc[0] == [2, "seen"] and o.iloc[0] is df[("l", "o")].iloc[0] and level["v"].tolist() == [1.0, 3.0]
