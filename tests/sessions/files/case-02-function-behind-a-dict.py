# name: case-02-function-behind-a-dict
# description: a function without a name of its own changes a global through a dict
# case: 2
# %%
k = []
def f():
    k.append(len(k))
h = {"go": f}
del f
# %%
h["go"]()
# %%
h["go"](); h["go"]()
# %% holds
k == [0, 1, 2]
h["go"].__globals__ is globals()
"f" not in globals()
