# name: module-made-by-hand
# description: a module object made in the session, and a namespace
# lost: mod (a module without a file), modules (put into sys.modules)
# %%
import types, sys
mod = types.ModuleType("ferry_made"); mod.x = [1]
ns = types.SimpleNamespace(a=mod.x, b=types.MappingProxyType({"k": 1}))
# %%
sys.modules["ferry_made"] = mod
# %%
ns.a.append(2)
# %% holds
ns.a == [1, 2] and ns.b["k"] == 1
mod.x is ns.a
