# name: class-metaclass
# description: a metaclass that registers classes, __init_subclass__ and a class decorator
# %%
registry = {}
class Meta(type):
    def __new__(mcs, name, bases, ns, **kw):
        cls = super().__new__(mcs, name, bases, ns, **kw)
        registry[name] = cls
        return cls
class A(metaclass=Meta):
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
# %%
class B(A, tag="t"): pass
# %%
def mark(cls):
    cls.marked = True
    return cls
@mark
class C(B): pass
# %% holds
list(registry) == ["A", "B", "C"]
registry["B"] is B and type(B) is Meta
B.tag == "t" and C.tag is None and C.marked
