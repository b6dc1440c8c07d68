# name: case-25-keys-by-id
# description: a cache keyed by id: the values must be there, the keys cannot mean the same objects
# case: 25
# %%
class O: pass
objects = [O(), O()]
cache = {}
# %%
for i, o in enumerate(objects):
    cache[id(o)] = i
# %%
order = {x for x in ["b", "a", "c"]}
# %% holds
list(cache.values()) == [0, 1]
order == {"a", "b", "c"}
o is objects[1]
