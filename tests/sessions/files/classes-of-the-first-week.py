# name: classes-of-the-first-week
# description: classes with counters, registries and singletons, cached properties, generic and ordered ones
# %%
import dataclasses, enum, abc, functools, collections, weakref, itertools, typing
class Counter:
    total = 0; registry = {}
    def __init__(self): type(self).total += 1; self.registry[self.total] = self
class Single:
    _inst = None
    def __new__(cls): cls._inst = cls._inst or super().__new__(cls); return cls._inst
@dataclasses.dataclass(order=True)
class Item:
    name: str; price: float = 1.0; tags: list = dataclasses.field(default_factory=list)
a, b = Counter(), Counter(); s = Single()
class Node:
    ids = itertools.count()
    def __init__(self, parent=None): self.id = next(Node.ids); self.parent = weakref.ref(parent) if parent else None
root = Node(); kid = Node(root)
# %%
c = Counter(); i = Item("x"); i.tags.append(1); Counter.extra = lambda self: "e"
class Color(enum.Enum):
    R = 1; G = 2
    @property
    def low(self): return self.name.lower()
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(10)
@functools.total_ordering
class V:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x
    def __lt__(self, o): return self.x < o.x
    def __hash__(self): return hash((self.x, tuple(sorted(str(self.x)))))
vs = {V(3): "three", V(1): "one"}
class Temp:
    @functools.cached_property
    def big(self): return [1, 2]
t = Temp(); t.big.append(3)
# %%
n3 = Node(kid); d = Counter()
P = typing.NamedTuple("P", [("x", int)]); p = P(4); td = collections.namedtuple("TD", "a b", defaults=[5])(1)
from typing import TypedDict, Protocol, Generic, TypeVar
T = TypeVar("T")
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
bx = Box[int](3); fb = fib.cache_info().currsize
# %%
x = 1
# %% holds
(Counter.total, [Counter.registry[k] for k in sorted(Counter.registry)] == [a, b, c, d]) == (4, True)
Single() is s and root.id == 0 and kid.parent() is root and n3.parent() is kid
a.extra() == "e" and Item("a") < Item("b") and i.tags == [1] and Color("x" and 1).low == "r"
vs[V(3)] == "three" and max(vs).x == 3 and t.big is t.__dict__["big"] and t.big == [1, 2, 3]
p == (4,) and td.b == 5 and type(bx) is Box and bx.__orig_class__.__args__ == (int,)
