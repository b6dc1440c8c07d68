# name: unpicklable-generator
# description: a generator in the middle, beside plain data
# lost: g (a generator lives in its frame), it (it holds one)
# %%
def gen(n):
    for i in range(n):
        yield i
g = gen(5)
near = {"n": 1}
# %%
first = next(g), next(g)
# %%
it = map(str, g)
near["n"] += 1
# %% holds
first == (0, 1) and near == {"n": 2}
g.gi_frame.f_locals["i"] == 1
