# name: outputs-of-which-one-is-lost
# description: a shown value that cannot be kept costs the others nothing of what they share with variables
# lost: Out (one is an open file)
# %%
d = {"a": [1]}; pair = [[2]]
# %%
d["a"]
# %%
open("/dev/null")
# %%
[d["a"], pair[0]]
# %%
__.name if hasattr(__, "name") else None
# %% holds
_2 is d["a"]
_4[0] is _2 and _4[1] is pair[0]
