# name: ndarray-subclass
# description: a subclass of ndarray with an attribute, and a view of it
# %%
import numpy as np
class Unit(np.ndarray):
    def __new__(cls, data, unit):
        a = np.asarray(data, dtype=float).view(cls); a.unit = unit; return a
    def __array_finalize__(self, other): self.unit = getattr(other, "unit", None)
u = Unit([1, 2, 3], "m")
# %%
v = u[1:]
# %%
v[0] = 20
# %% holds
type(v) is Unit and v.unit == "m"
u.tolist() == [1.0, 20.0, 3.0]
np.shares_memory(u, v)
