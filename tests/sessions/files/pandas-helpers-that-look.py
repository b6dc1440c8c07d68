# name: pandas-helpers-that-look
# description: group-bys, windows, stylers, attributes and accessors that look at a frame which then changes
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"k": list("abab"), "v": [1.0, 2, 3, 4]}); df.attrs["unit"] = units = ["km"]
g = df.groupby("k"); roll = df["v"].rolling(2); cat = pd.CategoricalDtype(["a", "b"], ordered=True); s1 = df["k"].astype(cat); s2 = s1.copy()
# %%
row = df.loc[0]; loc = df.loc; dt = pd.Series(pd.date_range("2024-03-30", periods=3, freq="D", tz="Europe/Berlin")); acc = dt.dt
# %%
df.loc[0, "v"] = 100; units.append("h"); df["w"] = df["v"] * 2
# %%
sums = g["v"].sum().to_dict(); means = roll.mean().tolist()[1:]; hours = acc.hour.tolist(); still = row["v"]; cell = loc[1, "v"]
# %% holds
s1.dtype == s2.dtype and s1.dtype.ordered
df.loc[0, "v"] == 100 and row["v"] == 1.0
df.attrs["unit"][0] == "km"
str(dt.dt.tz) == "Europe/Berlin"
