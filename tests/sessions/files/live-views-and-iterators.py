# name: live-views-and-iterators
# description: views, proxies and iterators that look at something which goes on changing
# %%
import types, collections, itertools
d = {"a": 1}; keys = d.keys(); proxy = types.MappingProxyType(d); chain = collections.ChainMap({}, d)
l = [1, 2, 3, 4]; it = iter(l); back = reversed(l); next(it); next(back)
# %%
counter = itertools.count(10, 5); next(counter)
cyc = itertools.cycle("abc"); next(cyc); one, two = itertools.tee(iter(range(5))); next(one)
sliced = itertools.islice(counter, 2); zipped = zip(it, counter)
recent = collections.deque([1, 2, 3], maxlen=3)
# %%
d["b"] = 2; l.append(5); recent.append(4)
# %%
seen = (list(keys), dict(proxy), dict(chain), next(counter), next(cyc), list(one), list(two), next(zipped), next(back))
# %% holds
len(keys) == 2 and proxy["b"] == 2 and chain["b"] == 2
recent.maxlen == 3 and list(recent) == [2, 3, 4]
