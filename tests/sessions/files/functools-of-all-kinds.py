# name: functools-of-all-kinds
# description: partial, partialmethod, reduce over methods, wraps, total_ordering, cmp_to_key
# %%
import functools as ft, operator as op
log = []
class Bell:
    def __init__(self, n): self.n = n
    def ring(self, how, times=1): log.append((self.n, how, times)); return self
    soft = ft.partialmethod(ring, "soft")
    loud = ft.partialmethod(ring, "loud", times=3)
@ft.total_ordering
class V:
    def __init__(self, v): self.v = v
    def __eq__(s, o): return s.v == o.v
    def __lt__(s, o): return s.v < o.v
bell = Bell(1); p = ft.partial(bell.ring, times=2); pp = ft.partial(p, "again"); key = ft.cmp_to_key(lambda a, b: b - a)
# %%
pp(); bell.soft(); bell.loud(); p.mark = [1]; get = op.attrgetter("n"); call = op.methodcaller("ring", "x")
# %%
call(bell); desc = sorted([1, 3, 2], key=key); top = max(V(1), V(4))
# %% holds
log == [(1, "again", 2), (1, "soft", 1), (1, "loud", 3), (1, "x", 1)] and p.func.__self__ is bell and pp.func == p.func
p.mark == [1] and get(bell) == 1 and desc == [3, 2, 1] and top.v == 4 and V(1) <= V(1)
