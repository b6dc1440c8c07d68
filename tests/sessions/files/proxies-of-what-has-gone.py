# name: proxies-of-what-has-gone
# description: a proxy of what has gone, beside other variables
# %%
import weakref
class T: pass
t = T(); p = weakref.proxy(t); box = {"p": p}; r = weakref.ref(t)
# %%
del t
# %%
x = 1; ok = r() is None
# %% holds
ok and x == 1
