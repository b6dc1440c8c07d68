# name: class-namedtuple
# description: named tuples of both kinds, in containers
# %%
from collections import namedtuple
from typing import NamedTuple
P = namedtuple("P", "x y", defaults=[0])
class Q(NamedTuple):
    a: int
    b: list = []
# %%
p = P(1); q = Q(2)
ps = {p: [q]}
# %%
q.b.append(p); r = Q(3)
# %% holds
p == (1, 0) and type(p) is P
r.b is q.b and q.b[0] is p
ps[P(1, 0)][0] is q
Q._field_defaults["b"] is q.b
