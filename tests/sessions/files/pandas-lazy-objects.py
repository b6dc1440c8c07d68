# name: pandas-lazy-objects
# description: groupby, rolling, styler and string accessor objects that hold a frame
# %%
import pandas as pd
df = pd.DataFrame({"k": list("aab"), "v": [1.0, 2.0, 3.0]}); g = df.groupby("k"); r = df["v"].rolling(2); gv = g["v"]
# %%
first = gv.sum().to_dict(); df["w"] = df["v"] * 10
# %%
second = g["v"].mean().to_dict(); roll = r.sum().tolist()
# %% holds
first == {"a": 3.0, "b": 3.0} and second == {"a": 1.5, "b": 3.0} and roll[1:] == [3.0, 5.0]
g.obj is df or g.obj.equals(df)
sorted(g.groups) == ["a", "b"]
