# name: pandas-settings-of-frames
# description: attrs, flags, names of axes, sparse and interval and period columns, accessors and groupings that are kept
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"k": list("aab"), "v": [1, 2, 3]}); df.attrs["src"] = ["x"]; df.columns.name = "cols"; df.index.name = "row"
locked = df.set_flags(allows_duplicate_labels=False); by = df.groupby("k"); win = df["v"].rolling(2); text = df["k"].str
# %%
sparse = pd.Series(pd.arrays.SparseArray([0, 0, 1])); spans = pd.IntervalIndex.from_breaks([0, 1, 2]); months = pd.period_range("2024-01", periods=2, freq="M")
same = df.index; ser = pd.Series([1.0, 2.0, 3.0], index=same); df.attrs["src"].append("y")
# %%
total = by["v"].sum(); means = win.mean(); up = text.upper(); stamp = pd.Timestamp("2024-07-31 02:30", tz="Europe/Berlin")
# %% holds
df.attrs == {"src": ["x", "y"]} and df.columns.name == "cols" and df.index.name == "row" and not locked.flags.allows_duplicate_labels
total.to_dict() == {"a": 3, "b": 3} and means.tolist()[1:] == [1.5, 2.5] and up.tolist() == ["A", "A", "B"]
sparse.sparse.npoints == 1 and spans.contains(0.5).any() and str(months[1]) == "2024-02" and ser.index is same and str(stamp.tz) == "Europe/Berlin"
by.ngroups == 2 and by["v"].max().tolist() == [2, 3]
