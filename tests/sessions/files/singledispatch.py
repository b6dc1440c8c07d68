# name: singledispatch
# description: generic functions, also as methods, with late registration
# %%
from functools import singledispatch, singledispatchmethod
@singledispatch
def kind(x): return "any"
@kind.register
def _(x: int): return "int"
class A:
    @singledispatchmethod
    def f(self, x): return "any"
    @f.register
    def _(self, x: str): return "str"
a = A()
# %%
before = kind([])
# %%
kind.register(list, lambda x: "list")
# %% holds
(before, kind([]), kind(3)) == ("any", "list", "int")
(a.f(1), a.f("s")) == ("any", "str")
