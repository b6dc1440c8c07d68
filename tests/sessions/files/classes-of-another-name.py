# name: classes-of-another-name
# description: functions and classes that say they are of a library
# %%
import functools, numpy as np, json, collections, math
@functools.wraps(np.sum)
def total(*a, **k): return ("mine", np.__dict__["sum"](*a, **k))
log = []
class Own: pass
Own.__module__ = "math"; Own.__qualname__ = "sqrt"
__name__ = "analysis"
class Named: x = 1
def named(): return Named.x
__name__ = "__main__"
# %%
o = Own(); nn = Named(); nn.y = log
# %%
r = total([1, 2]); Named.x = 5; s = named()
# %% holds
s == 5 and nn.y is log
Named.__module__ == "analysis"
named.__module__ == "analysis"
type(nn) is Named
