# name: pandas-groups-and-nullable-parts
# description: groups, windows and parts of a frame with nullable columns, whose arrays keep what they were asked
# %%
import pandas as pd
df = pd.DataFrame({"k": list("abab"), "v": [1., 2., 3., 4.], "w": pd.array([1, None, 3, 4], dtype="Int64"), "t": pd.array(["x", None, "y", "z"], dtype="string")})
g = df.groupby("k")
r = df["v"].rolling(2)
sel = g["v"]
# %%
sel.sum(); g.groups
first = next(iter(g))
asked = df["w"].dtype, df["t"].array.dtype
ew = df["v"].ewm(alpha=0.5)
df.loc[0, "v"] = 10.
# %%
arr = df["w"].array
part = first[1]["w"]
cut = pd.cut(df["v"], 2)
sparse = pd.Series(pd.arrays.SparseArray([0, 0, 1, 2]))
g2 = df.groupby(pd.Grouper(key="k"))
df.attrs["source"] = {"n": [1]}
sub = df[["v", "w"]]
# %%
sub.attrs["source"]["n"].append(2)
df.loc[1, "w"] = 7
total = g["v"].sum()
# %% holds
g.obj is df and g2.obj is df
r.sum().tolist()[1:] == [3., 5., 7.]
total.to_dict() == {"a": 4., "b": 6.} or total.to_dict() == {"a": 13., "b": 6.}
first[0] in ("a", ("a",)) and part.tolist() == [1, 3]
df["w"].tolist() == [1, 7, 3, 4]
sub["w"].isna().tolist() == [False, True, False, False]
df.attrs["source"]["n"] in ([1], [1, 2])
sparse.sum() == 3
ew.mean().tolist()[0] == 1.
