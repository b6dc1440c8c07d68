# name: collections-of-all-kinds
# description: deque, ChainMap, OrderedDict, Counter, defaultdict, UserDict and views on them
# %%
import collections as co
base = {"x": 1}; chain = co.ChainMap({"y": 2}, base); dq = co.deque([1, 2, 3], maxlen=3); od = co.OrderedDict(a=1, b=2, c=3)
dd = co.defaultdict(lambda: [0]); cnt = co.Counter("hello"); items = od.items()
class Low(co.UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.lower(), v)
low = Low(A=1)
# %%
base["z"] = 3; chain["x"] = 10; dq.append(4); dq.rotate(1); od.move_to_end("a"); dd["n"].append(1); cnt.update("lo")
# %%
low["B"] = 2; del od["b"]; od["b"] = 4; child = chain.new_child({"w": 0})
# %% holds
chain.maps[1] is base and child.maps[2] is base and chain["x"] == 10 and base["x"] == 1
list(dq) == [4, 2, 3] and dq.maxlen == 3 and list(od) == ["c", "a", "b"] and list(items) == [("c", 3), ("a", 1), ("b", 4)]
dd["n"] == [0, 1] and dd.default_factory() == [0] and cnt["l"] == 3 and low.data == {"a": 1, "b": 2}
