# name: finalizers-that-rebind
# description: __del__ that rebinds a global, at the end of a name, of an element, of a rebound name and of a slice
# %%
count, graves = 0, []
class Ends:
    def __init__(self, name, other=None): self.name, self.other = name, other
    def __del__(self):
        global count
        count += 1; graves.append((self.name, len(pool)))
pool = [Ends("a"), Ends("b", Ends("c")), Ends("d")]; one = Ends("one"); shared = [1, 2]
# %%
one = None
# %%
pool[0:1] = []
# %%
d = {"k": pool.pop(0)}
# %%
d.update(k=shared)
# %%
def scope(): e = Ends("local", shared); shared.append(e.name)
scope()
# %%
pool = [Ends("new")]
# %% holds
count == 6 and graves == [("one", 3), ("a", 2), ("b", 1), ("c", 1), ("local", 1), ("d", 1)]
shared == [1, 2, "local"] and d["k"] is shared and [x.name for x in pool] == ["new"]
