# name: pandas-multiindex-and-nullable
# description: levels, nullable and string types, intervals, a sparse column
# %%
import pandas as pd
s = pd.Series([1, None, 3], dtype="Int64", name="n")
m = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"], "v": [1.0, 2.0, 3.0]}).set_index(["a", "b"])
# %%
u = m["v"].unstack()
bins = pd.cut(pd.Series([1, 5, 9]), [0, 4, 10])
# %%
t = pd.to_datetime(pd.Series(["2024-03-31 01:30"])).dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
sp = pd.Series([0, 0, 1], dtype="Sparse[int]")
# %% holds
s.isna().tolist() == [False, True, False] and str(s.dtype) == "Int64"
m.loc[(1, "y"), "v"] == 2.0
u.shape == (2, 2) and bool(u.isna().loc[2, "y"])
bins.cat.codes.tolist() == [0, 1, 1]
str(t.iloc[0]) == "2024-03-31 03:30:00+02:00"
sp.sparse.density == 1 / 3
