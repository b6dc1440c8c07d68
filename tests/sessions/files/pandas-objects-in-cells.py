# name: pandas-objects-in-cells
# description: lists, functions and instances in cells of an object column are the variables' own
# %%
import pandas as pd
class Item:
    def __init__(self, v): self.v = v
bag = [1]; item = Item(1)
s = pd.Series([bag, item, len, {"k": bag}], dtype=object, index=["l", "i", "f", "d"])
# %%
s["l"].append(2); item.v = 5; df = pd.DataFrame({"o": s, "n": range(4)})
# %%
df.loc["d", "o"]["k"].append(3)
# %% holds
s["l"] is bag and df["o"]["l"] is bag and s["d"]["k"] is bag and bag == [1, 2, 3]
s["i"] is item and df.loc["i", "o"].v == 5 and s["f"] is len
