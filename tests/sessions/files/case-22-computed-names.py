# name: case-22-computed-names
# description: names that are only spelled at run time: query, eval, getattr of __main__
# case: 22
# %%
import pandas as pd, sys
df = pd.DataFrame({"a": [1, 5, 9]})
limit, boxes = 4, {"n": []}
# %%
s = "a > @" + "limit"
big = df.query(s)
# %%
eval("".join(["bo", "xes"]))["n"].append(1)
# %%
getattr(sys.modules["__main__"], "bo" + "xes")["n"].append(2)
# %% holds
boxes == {"n": [1, 2]}
big["a"].tolist() == [5, 9]
sys.modules["__main__"].__dict__ is globals()
