# name: levels-of-an-index
# description: a level of a pandas MultiIndex that is also a variable stays that object, and frames share the index
# %%
import pandas as pd
index = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["letter", "digit"])
letters = index.levels[0]; df = pd.DataFrame({"x": range(4)}, index=index); other = df.index
# %%
digits = index.levels[1]; held = {"levels": index.levels}
# %%
df["y"] = 1
# %% holds
index.levels[0] is letters and index.levels[1] is digits and held["levels"] is index.levels
letters.name == "letter" and list(letters) == ["a", "b"] and index.names == ["letter", "digit"]
df.loc[("b", 2), "x"] == 3 and other is df.index
