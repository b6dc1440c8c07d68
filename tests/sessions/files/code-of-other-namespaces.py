# name: code-of-other-namespaces
# description: classes and functions made by exec() in a dict or in a module made by hand are one object for all who use them
# %%
import types, sys, collections
space = {}; exec("class A:\n    made = 0\n    def __init__(self): self.n = 1\ndef f(x): return x + 1", space)
A = space.pop("A"); f = space.pop("f"); del space
a, b = A(), A(); fs = [f]; gs = {"f": f}
P = collections.namedtuple("P", "x y"); p, q = P(1, 2), P(3, 4)
# %%
mod = types.ModuleType("ferry_by_hand", "a module"); sys.modules["ferry_by_hand"] = mod
exec("class M: pass\ntotal = 0\ndef add(n):\n    global total\n    total += n\n    return total", mod.__dict__)
from ferry_by_hand import M, add
m, o = M(), [M()]
# %%
add(4); A.made = 2; M.x = 1
exec("def f(x): return x + total", mod.__dict__); g = mod.f
# %%
import ferry_by_hand
same = (type(a) is type(b), type(m) is type(o[0]), fs[0] is gs["f"])
# %% holds
type(a) is A and type(b) is A and A.made == 2 and fs[0] is f and gs["f"] is f and f(1) == 2
type(m) is M and type(o[0]) is M and mod.M is M and M.x == 1
ferry_by_hand is mod and sys.modules["ferry_by_hand"] is mod and mod.total == 4 and g(1) == 5
add.__globals__ is vars(mod) and g.__globals__ is vars(mod) and mod.__doc__ == "a module"
type(p) is P and type(q) is P and p._replace(x=5) == P(5, 2)
same == (True, True, True)
