# name: class-namedtuple-parts
# description: what namedtuple generates, held elsewhere, replaced and furnished; classes of one name, renamed fields, a class that only its instance holds
# lost: G (the annotations of a method of typing are in it as well, empty)
# %%
from collections import namedtuple
from typing import Generic, NamedTuple, TypeVar
P = namedtuple("P", "x y", defaults=[0])
class Q(NamedTuple):
    "pairs"
    a: int
    b: list = []
    def both(self):
        return self.a, self.b
R = namedtuple("R", "def a _x a", rename=True)
T = TypeVar("T")
class G(NamedTuple, Generic[T]):
    value: T
g = G[int](1)
# %%
make, new, replace, shown, bound = P._make, P.__new__, P._replace, Q.__repr__, R(1, 2, 3, 4)._asdict
getter, method, fields, text = vars(P)["x"], vars(P)["_make"], Q._fields, R.__doc__
defaults, notes, cell, scope = Q._field_defaults, Q.__annotations__, Q._replace.__closure__[1], R.__new__.__globals__
# %%
Q.a.__doc__ = "the first"; P.__doc__ = "points"; P.__qualname__ = "Outer.P"; P._field_defaults["z"] = 9
R.extra = [R]; R.__new__.__defaults__ = (R.extra,); R.__new__.__doc__ = "makes"
old_repr = R.__repr__
R.__repr__ = lambda self: "R" + old_repr(self)
# %%
Old, P = P, namedtuple("P", "x y z")
class S(P):
    def total(self):
        return self.x + self.y + self.z
def local(n):
    return namedtuple("Local", [f"f{i}" for i in range(n)], defaults=[n])
one, other = local(3)(1, 2), local(300)(*range(299))
hidden = namedtuple("Hidden", "u", module="somewhere")(1)._replace
s = S(1, 2, 3)
# %% holds
make.__self__ is Old and make.__func__ is Old._make.__func__ and make([1, 2]) == Old(1, 2)
new is Old.__new__ and replace is Old._replace and shown is Q.__repr__
bound.__func__ is R._asdict and bound() == {"_0": 1, "a": 2, "_2": 3, "_3": 4}
getter is vars(Old)["x"] and method is vars(Old)["_make"] and fields is Q._fields is Q.__match_args__ and text is R.__doc__
defaults is Q._field_defaults and notes is Q.__annotations__ is Q.__new__.__annotations__
cell.cell_contents is fields and cell is Q._replace.__closure__[1] and scope is R.__new__.__globals__
Q.a.__doc__ == "the first" and Q.b.__doc__ == "Alias for field number 1" and Q.__doc__ == "pairs" and Q.__orig_bases__ == (NamedTuple,)
Q(1).both()[1] is defaults["b"] and Old(1) == (1, 0) and Old._field_defaults == {"y": 0, "z": 9}
Old.__doc__ == "points" and Old.__qualname__ == "Outer.P" and Old.__name__ == "P" == P.__name__ and P.__doc__ == "P(x, y, z)"
R.extra[0] is R and R(1, 2, 3)[3] is R.extra and R.__new__.__doc__ == "makes" and repr(R(1, 2, 3, 4)) == "RR(_0=1, a=2, _2=3, _3=4)"
S.__mro__[1] is P and s.total() == 6 and s._replace(x=5).total() == 10 and type(s._replace(x=5)) is S
g.value == 1 and type(g) is G and G[int].__origin__ is G and G.__orig_bases__ == (NamedTuple, Generic[T])
one == (1, 2, 3) and len(other) == 300 and type(one)._make([7, 8, 9]).f1 == 8 and type(one).__module__ == "__main__"
type(hidden.__self__).__module__ == "somewhere" and hidden(u=4) == (4,) and type(hidden.__self__)._replace is hidden.__func__
list(vars(P))[:4] == ["__doc__", "__slots__", "_fields", "_field_defaults"] and "__dict__" not in vars(P)
