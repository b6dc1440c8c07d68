# name: copies-and-deep-copies
# description: shallow and deep copies stay apart and share what they shared
# %%
import copy
inner = [1]; a = {"i": inner, "j": inner}
# %%
sh = copy.copy(a); dp = copy.deepcopy(a)
# %%
inner.append(2)
# %% holds
sh["i"] is inner and a["j"] is inner
dp["i"] is dp["j"] and dp["i"] is not inner and dp["i"] == [1]
