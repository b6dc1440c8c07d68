# name: future-flags
# description: what a cell imports from __future__ holds for the cells after it
# %%
from __future__ import annotations
# %%
def f(x: NotYetThere) -> AlsoNot: return x
# %%
class Later:
    a: Unknown = 1
said = (f.__annotations__, Later.__annotations__)
# %% holds
f.__annotations__ == {"x": "NotYetThere", "return": "AlsoNot"}
said[1] == {"a": "Unknown"}
