# name: dispatch-in-later-cells
# description: implementations registered in later cells for library classes and own classes, enums with aliases and missing, slots
# %%
import functools, enum, dataclasses, typing, abc, numbers, decimal, collections
@functools.singledispatch
def show(x): return "obj"
class Color(enum.Enum):
    RED = 1; CRIMSON = 1; BLUE = [2]
    @classmethod
    def _missing_(cls, v): tried.append(v); return cls.RED
tried = []
class Perm(enum.Flag): R = 1; W = 2; X = 4
@dataclasses.dataclass(slots=True, order=True)
class P: x: int; y: list = dataclasses.field(default_factory=list, compare=False)
# %%
@show.register
def _(x: int | float): return "num"
@show.register(decimal.Decimal)
def show_dec(x): return "dec"
@show.register(P)
class ShowP:
    def __init__(self, p): self.p = p
rw = Perm.R | Perm.W; pts = sorted([P(2), P(1)]); col = {Color.CRIMSON: 1, Color.BLUE: 2}
# %%
class Num(numbers.Number): pass
@show.register
def _(x: numbers.Number): return "number"
r = [show(1), show(decimal.Decimal(1)), show(Num()), type(show(P(1))).__name__, show("s")]; m = Color(99); rw2 = Perm(3)
# %%
@dataclasses.dataclass
class P: x: int; z: int = 0
both = [pts[0], P(5)]; pts[0].y.append(1); r2 = show(P(1)); q = show(pts[0]).p is pts[0]
# %% holds
r == ["num", "dec", "number", "ShowP", "obj"] and r2 == "obj" and q and m is Color.RED and tried == [99] and rw is rw2
type(both[0]) is not P and type(both[1]) is P and both[0].y == [1] and Color.CRIMSON is Color.RED and Color.BLUE.value == [2]
Color([2]) is Color.BLUE and col[Color.RED] == 1
