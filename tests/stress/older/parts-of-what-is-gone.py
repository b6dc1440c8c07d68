# name: parts-of-what-is-gone
# description: pandas without copy-on-write: parts of frames that nothing holds any more, or only a list
# %%
import pandas as pd, numpy as np
df = pd.DataFrame({"x": [3.0, 1.0, 2.0, 4.0], "k": ["a", "b", "a", "b"]})
# %%
first = df.copy()[1:3]; sorted_head = df.sort_values("x").head(2); column = df.copy()["x"]
# %%
boxed = [df.copy()]; inside = boxed[0]["x"]
# %%
inside.iloc[1] = 5.5; big = df[df.x > 1]; train, test = df.iloc[:3], df.iloc[3:]
# %% holds
inside.tolist() == boxed[0]["x"].tolist() == [3.0, 5.5, 2.0, 4.0]
first["x"].tolist() == [1.0, 2.0] and sorted_head["x"].tolist() == [1.0, 2.0]
first._is_copy is not None and first._is_copy() is None and big._is_copy() is df and column._cacher[1]() is None
inside._cacher[1]() is boxed[0]
