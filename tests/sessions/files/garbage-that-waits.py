# name: garbage-that-waits
# description: objects in cycles that wait for the collector, whose __del__ writes
# lost: modules (a __del__ of what waits for the collector is not called)
# %%
import gc
log = []
class K:
    def __init__(self, n): self.n, self.me = n, self
    def __del__(self): log.append(self.n)
keep = K(0); keep.me = None
# %%
for _i in 1, 2: K(_i)
# %%
gc.collect(); n = len(log)
# %%
log.append("end")
# %% holds
sorted(map(str, log)) == ["1", "2", "end"] and n == 2
