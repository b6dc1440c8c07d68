# name: class-registry-by-metaclass
# description: metaclasses and __init_subclass__ that keep registers; subclasses made later
# %%
class Meta(type):
    register = {}
    def __new__(m, name, bases, ns, **kw):
        cls = super().__new__(m, name, bases, ns, **kw); m.register[name] = cls; return cls
    def __init__(cls, *a, **kw): super().__init__(*a)
    def __len__(cls): return len(cls.register)
class Base(metaclass=Meta):
    kinds = []
    def __init_subclass__(cls, kind=None, **kw): super().__init_subclass__(**kw); Base.kinds.append((kind, cls))
class A(Base, kind="a"): pass
# %%
class B(A, kind="b"):
    def who(self): return super().__repr__()[:1], __class__.__name__
b = B()
# %%
def late(name): return Meta(name, (A,), {"n": 1}, kind="late")
L = late("L")
# %% holds
Meta.register == {"Base": Base, "A": A, "B": B, "L": L} and len(Base) == 4 and Base.kinds == [("a", A), ("b", B), ("late", L)]
b.who() == ("<", "B") and A.__subclasses__() == [B, L] and type(L) is Meta
