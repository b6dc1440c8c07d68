# name: class-cached-properties
# description: cached properties computed before, descriptors with a name, class getitem, slots with defaults
# %%
import functools
runs = []
class Lazy:
    def __init__(self, n): self.n = n
    @functools.cached_property
    def big(self): runs.append(self.n); return [self.n] * 3
    @functools.lru_cache
    def pure(x): return x + 1
class Field:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, cls): return self if obj is None else obj.__dict__.get(self.name, "unset")
    def __set__(self, obj, v): obj.__dict__[self.name] = v
class R:
    f = Field(); g = f
    def __class_getitem__(cls, k): return (cls, k)
# %%
z = Lazy(2); first = z.big; r = R(); r.f = 5
# %%
second = z.big; runs2 = list(runs)
# %% holds
first is second and z.big is first and runs == [2] and runs2 == [2]
r.g == 5 and R.f is R.__dict__["g"] and R.f.name == "g" and R[3] == (R, 3)
