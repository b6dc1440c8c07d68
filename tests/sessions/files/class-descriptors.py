# name: class-descriptors
# description: a descriptor with state, __getattr__, __set_name__, cached_property
# %%
from functools import cached_property
class Positive:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, owner=None): return self if obj is None else getattr(obj, self.name)
    def __set__(self, obj, value):
        if value < 0: raise ValueError(value)
        setattr(obj, self.name, value)
class A:
    n = Positive()
    def __getattr__(self, name):
        if name.startswith("get_"): return name[4:]
        raise AttributeError(name)
    @cached_property
    def slow(self): return [self.n]
# %%
a = A(); a.n = 3
first = a.slow
# %%
a.n = 4
# %% holds
a.n == 4 and a.slow is first and first == [3]
a.get_x == "x"
"slow" in vars(a)
