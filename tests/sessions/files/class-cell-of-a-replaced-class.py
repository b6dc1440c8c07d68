# name: class-cell-of-a-replaced-class
# description: super() in classes that a decorator replaced, and an instance whose class was assigned
# %%
import dataclasses, functools
def again(cls): return type(cls.__name__, cls.__bases__, {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")})
class Base:
    def who(self): return "base"
# %%
@again
class Child(Base):
    def cell(self): return __class__
    def who(self): return "child"
child = Child()
@dataclasses.dataclass(slots=True)
class Point(Base):
    x: int = 0
    def where(self): return __class__ is type(self)
p = Point(3)
# %%
class Other(Base): pass
moved = Other(); moved.__class__ = Base
kept = child.cell()
# %% holds
kept is not Child and kept.__name__ == "Child"
child.cell() is kept
p.where() is False and p.x == 3
type(moved) is Base and moved.who() == "base"
