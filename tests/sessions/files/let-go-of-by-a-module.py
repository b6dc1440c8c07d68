# name: let-go-of-by-a-module
# description: what a module held when it was saved first, and does not when it is saved again
# %%
%%writefile holding.py
cache = {}
def remembered(n):
    return cache.setdefault(n, [n])
# %%
import holding
got = holding.remembered(3)
# %%
holding.cache.clear()
# %%
%%writefile holding.py
cache = {}
def remembered(n):
    return cache.setdefault(n, [n, n])
# %%
import importlib
importlib.reload(holding)
# %% holds
got == [3] and holding.remembered(4) == [4, 4]
