# name: case-28-two-classes-of-one-name
# description: a class is defined again while instances of the old one live
# case: 28
# %%
class P:
    kind = 1
    def hello(self):
        return "one", self.kind
old = P()
fs = [lambda: i for i in range(3)]
# %%
P1 = type(old)
class P:
    kind = 2
    def hello(self):
        return "two", self.kind
new = P()
# %%
from functools import singledispatch
@singledispatch
def show(x): return "any"
@show.register
def _(x: P): return "new P"
# %% holds
type(old) is P1 and type(old) is not P
old.hello() == ("one", 1) and new.hello() == ("two", 2)
[f() for f in fs] == [2, 2, 2]
show(new) == "new P" and show(old) == "any"
