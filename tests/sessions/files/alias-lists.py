# name: alias-lists
# description: two names, a dict and a tuple share one list
# %%
a = [1]
b = a
# %%
box = {"a": a, "t": (a, 0)}
# %%
b.append(2); box["t"][0].append(3)
# %% holds
a == [1, 2, 3]
a is b
box["a"] is a and box["t"][0] is a
