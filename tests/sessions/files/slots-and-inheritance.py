# name: slots-and-inheritance
# description: slots in several bases, weak slots, dict slots, unset slots, and reclassified instances
# %%
class A: __slots__ = ("a", "__weakref__")
class B(A): __slots__ = ("b", "__dict__")
class C(B): pass
class D: pass
x, y, z, d = A(), B(), C(), D(); x.a = [1]; y.b = x.a; y.extra = 2; z.a = z
# %%
d.__class__ = C2 = type("C2", (D,), {"hi": lambda self: "hi"}); y.a = y
# %%
del y.b; z.b = d; has = [hasattr(o, "b") for o in (y, z)]
# %% holds
x.a == [1] and has == [False, True] and y.a is y and z.a is z and z.b is d and d.hi() == "hi" and type(d) is C2
not hasattr(x, "__dict__") and y.extra == 2 and C.__mro__ == (C, B, A, object)
