# name: order-of-dicts
# description: the order of a dict, of the namespace's own names, and of a set of strings
# %%
d = {}
d["b"] = 1; d["a"] = 2
s = {"x%d" % i for i in range(20)}
order = list(s)
# %%
d["b"] = d.pop("b")
# %%
more = {**d, "c": 3}
# %% holds
list(d) == ["a", "b"] and list(more) == ["a", "b", "c"]
list(s) == order
