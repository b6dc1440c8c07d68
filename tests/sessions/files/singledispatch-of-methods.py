# name: singledispatch-of-methods
# description: dispatch over methods, unions and abstract classes, with answers cached before the next registration
# %%
from functools import singledispatch, singledispatchmethod
from collections.abc import Sequence, Mapping
log = []
@singledispatch
def show(x): log.append("any"); return "any"
@show.register
def _(x: int | float): return "number"
@show.register(Sequence)
def seq(x): return [show(i) for i in x]
class Base: pass
class Kid(Base): pass
first = show(1), show((1, Kid())), show({})
# %%
@show.register
def of_base(x: Base): return "base"
class Writer:
    def __init__(self): self.out = []
    @singledispatchmethod
    def put(self, x): self.out.append(("any", x))
    @put.register
    def _(self, x: str): self.out.append(("str", x))
w = Writer(); w.put("a"); w.put(1)
# %%
show.register(Mapping, lambda x: {k: show(v) for k, v in x.items()}); Writer.put.register(list)(lambda self, x: self.out.append(("list", x))); w.put([])
# %% holds
first == ("number", ["number", "any"], "any") and show.dispatch(Kid) is of_base and show.dispatch(dict).__name__ == "<lambda>" and len(log) == 2
w.out == [("str", "a"), ("any", 1), ("list", [])] and show.dispatch(tuple) is seq and show.registry[Base] is of_base
