# name: iterators-over-dicts
# description: iterators over the keys, values and items of dicts go on over those very dicts
# lost: broken (its dict has changed its length: it can only raise)
# %%
import itertools as it, collections, html.entities
d = {"a": 1, "b": 2, "c": 3, "e": [4]}; counts = collections.Counter("abcab")
keys, values, items, back = iter(d), iter(d.values()), iter(d.items()), reversed(d)
ring = it.cycle(d.keys()); some = enumerate(counts); named = it.cycle(html.entities.name2codepoint.keys())
# %%
got = [next(keys), next(values), next(items), next(back), next(ring), next(some), next(named)]
done = iter(d); drained = list(done); at = iter({"x": 0}); next(at)
# %%
d["e"].append(5); d["b"] = 20; other = {"k": 1, "l": 2}; broken = iter(other); next(broken); other["m"] = 3
# %%
rest = [list(keys), list(values), list(items), list(back), [next(ring) for i in range(6)], next(some), next(named)]
again = next(done, "end"), next(at, "end")
# %%
del broken
# %% holds
rest[0] == ["b", "c", "e"] and rest[1] == [20, 3, [4, 5]] and rest[2][-1][1] is d["e"] and rest[3] == ["c", "b", "a"]
rest[4] == ["b", "c", "e", "a", "b", "c"] and rest[5] == (1, "b") and rest[6] == "Aacute" and again == ("end", "end")
type(keys) is type(iter({})) and type(values) is type(iter({}.values())) and type(back) is type(reversed({}))
