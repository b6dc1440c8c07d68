# name: class-dataclass
# description: data classes: defaults, frozen, ordering, slots, a field made by a factory
# %%
from dataclasses import dataclass, field, replace, fields
@dataclass(order=True)
class P:
    x: int
    tags: list = field(default_factory=list, compare=False)
@dataclass(frozen=True, slots=True)
class F:
    p: P
    n: int = 3
# %%
p = P(1); f = F(p)
# %%
p.tags.append("t"); q = replace(p, x=2)
# %% holds
f.p is p and f.n == 3
q.tags is p.tags and p < q
[x.name for x in fields(F)] == ["p", "n"]
hash(F(5)) == hash(F(5))
