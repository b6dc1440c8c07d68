# name: alias-containers
# description: deque, defaultdict, Counter, OrderedDict and a heap with shared elements
# %%
from collections import Counter, OrderedDict, defaultdict, deque
import heapq
item = [1]
d = deque([item, item], maxlen=3)
dd = defaultdict(list)
c = Counter("abca")
o = OrderedDict([("z", item), ("a", 2)])
# %%
dd["x"].append(item)
o.move_to_end("z"); c.update("b")
# %%
h = [(3, "c"), (1, "a"), (2, "b")]
heapq.heapify(h); small = heapq.heappop(h)
# %% holds
d[0] is d[1] is item and d.maxlen == 3
dd["x"][0] is item and dd.default_factory is list
c == {"a": 2, "b": 2, "c": 1}
list(o) == ["a", "z"]
small == (1, "a") and h[0] == (2, "b")
