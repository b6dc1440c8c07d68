# name: outputs-that-share
# description: what a cell shows, or puts into _, is part of a variable, and stays that part
# %%
import matplotlib.pyplot as plt, numpy as np, collections
d = {"a": [1], "b": {"c": [2]}, 3: collections.deque([[4]])}
class P: pass
p = P(); p.items = [5]
fig, ax = plt.subplots(); image = ax.imshow(np.zeros((400, 400)))
def inner(big):
    def f(): return big
    return f
f = inner([0]); alone = {"x": [1]}; own = P()
# %%
d["a"]
# %%
d["b"]["c"]
# %%
p.items
# %%
ax.set_title("x")
# %%
f()
# %%
[d["a"], d[3][0]]
# %%
{"alone": []}
# %%
d["b"].keys()
# %%
class Slots:
    __slots__ = ("own", "array")
slots = Slots(); slots.own = [Slots()]; slots.array = np.arange(3); d["f"] = inner(slots)
[slots.own, slots.own[0], slots.array, d["f"]]
# %%
_ = ax.images
# %%
_2.append(7); _4.append(8); Out[7][1].append(9); _6.append(10); _[0].set_alpha(0.5); Out[5].set_text("y"); Out[8]["alone"].append(1); d["b"]["late"] = 1
# %%
print(d, p.items, f(), image.get_alpha(), ax.get_title(), Out[8], Out[9])
# %% holds
Out[2] is d["a"] and _2 is d["a"] and Out[3] is d["b"]["c"] and Out[4] is p.items
Out[5] is ax.title and Out[6] is f()
Out[7][0] is d["a"] and Out[7][1] is d[3][0]
Out[8] is not alone and list(Out[8]) == ["alone"]
_10[0] is slots.own and _10[1] is slots.own[0] and _10[2] is slots.array and _10[3] is d["f"]
list(Out[9]) == ["c", "late"]
list(_)[0] is image
