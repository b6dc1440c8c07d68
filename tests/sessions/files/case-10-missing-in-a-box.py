# name: case-10-missing-in-a-box
# description: __missing__ of a subclass of UserDict, reached through a list, writes a global
# case: 10
# %%
from collections import UserDict
asked = []
class D(UserDict):
    def __missing__(self, key):
        asked.append(key)
        return 0
box = [D(a=1)]
# %%
x = box[0]["q"]
# %%
y = box[0]["a"] + box[0]["r"]
# %% holds
asked == ["q", "r"]
(x, y) == (0, 1)
type(box[0]) is D
