# name: garbage-of-generators
# description: a generator in a cycle that waits for the collector within try, and many objects with a __del__ that no variable holds
# lost: modules (what waits for the collector is not called)
# %%
import gc
log = []
def stands(n):
    me = yield
    try: yield
    finally: log.append(n)
class K:
    def __init__(self, n): self.n, self.me = n, self
    def __del__(self): log.append(self.n)
kept = [K(n) for n in range(100)]
gc.disable()
# %%
g = stands(-1); next(g); g.send(g); del g
# %%
for n in range(100, 200): K(n)
# %%
gc.enable(); gc.collect(); total = len(log)
# %% holds
total == 101 and len(kept) == 100
