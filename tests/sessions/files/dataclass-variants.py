# name: dataclass-variants
# description: frozen, slotted, keyword-only, inherited, with factories and with fields left out
# %%
from dataclasses import dataclass, field, fields, replace, asdict
shared = [0]
@dataclass(frozen=True, order=True)
class A:
    n: int; tags: list = field(default_factory=list, compare=False)
@dataclass(slots=True, kw_only=True)
class B:
    x: int = 1; y: list = field(default_factory=lambda: shared)
@dataclass(slots=True, weakref_slot=True)
class W:
    x: int = 1
@dataclass
class C(A.__class__ and object):
    a: A; total: int = field(init=False, default=0)
    def __post_init__(self): self.total = self.a.n * 2
import weakref; a, b, w = A(2), B(x=5), W(); c, r = C(a), weakref.ref(w)
# %%
a.tags.append("t"); b.y.append(1); a2 = replace(a, n=3)
# %%
both = {a: "two", a2: "three"}; top = max(both)
# %% holds
r() is w and weakref.ref(W()) and not hasattr(w, "__dict__")
c.a is a and c.total == 4 and a2.tags is a.tags and top is a2 and both[A(2)] == "two"
b.y is shared and not hasattr(b, "__dict__") and [f.name for f in fields(B)] == ["x", "y"] and asdict(b) == {"x": 5, "y": [0, 1]}
