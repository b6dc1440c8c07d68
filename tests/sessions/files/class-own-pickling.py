# name: class-own-pickling
# description: __getstate__, __setstate__ and __reduce__ of the session's own classes
# lost: g (its own __getstate__ leaves the cache out)
# %%
class G:
    def __init__(self): self.keep, self.cache = [1], {"big": 1}
    def __getstate__(self): return {"keep": self.keep}
    def __setstate__(self, state): self.__dict__.update(state, cache={})
def make(n):
    r = R(); r.n = n; return r
class R:
    def __reduce__(self): return make, (self.n,)
# %%
g = G()
r = R(); r.n = 4
# %%
g.keep.append(2)
# %% holds
g.keep == [1, 2]
r.n == 4 and type(r) is R
type(g) is G
