# name: own-module-class-attributes
# description: registries that classes of an own module hold, filled by its code whenever a cell makes a subclass
# %%
import sys; sys.path.insert(0, "")
_ = open("plugs.py", "w").write("class Base:\n    kinds, registry = [], {}\n    def __init_subclass__(cls):\n        Base.kinds.append(cls.__name__)\n        Base.registry[cls.__name__] = cls\n")
import plugs
class A(plugs.Base): pass
# %%
alias = plugs.Base.kinds
# %%
class B(plugs.Base): pass
alias.append("mine")
# %%
seen = list(plugs.Base.kinds), list(plugs.Base.registry)
# %% holds
seen == (["A", "B", "mine"], ["A", "B"])
plugs.Base.registry["A"] is A and plugs.Base.registry["B"] is B and plugs.Base.kinds is alias
# %% holds after 2
plugs.Base.kinds is alias and alias == ["A"] and plugs.Base.registry == {"A": A}
