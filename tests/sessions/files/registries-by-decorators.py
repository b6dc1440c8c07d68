# name: registries-by-decorators
# description: a registry filled by decorators, closures that share a cell, partials, methods bound to replaced classes, properties exchanged
# %%
import functools, types
REG = {}
def register(name):
    def deco(f): REG.setdefault(name, []).append(f); return f
    return deco
def counter():
    n = 0
    def up(): nonlocal n; n += 1; return n
    def get(): return n
    return up, get
up, get = counter(); ops = {"up": up, "p": functools.partial(up)}
@register("a")
def one(x, acc=[]): acc.append(x); return acc
class M:
    @register("m")
    def go(self): return type(self).__name__, __class__.__name__
    @property
    def v(self): return 1
m = M(); bound = m.go
# %%
ops["up"](); one(1); M.v = property(lambda self: get()); M.go2 = types.MethodType(REG["m"][0], m)
class M(M):
    def go(self): return super().go(), "sub"
# %%
@register("a")
def one(x): return up()
m2 = M(); r = bound(), m2.go(), REG["a"][0](5), one(0), m.v, REG["a"][0].__defaults__[0]
# %%
m.__class__ = M; r2 = m.go(), m.v, bound() ; m.go2()
# %% holds
r == (("M", "M"), (("M", "M"), "sub"), [1, 5], 2, 2, [1, 5]) and get() == 2
r2 == ((("M", "M"), "sub"), 2, ("M", "M"))
