# name: hidden-read-of-globals
# description: functions read globals that the running cell never names
# %%
factor = 2
table = {"k": [1]}
def scale(x): return x * factor + len(table["k"])
# %%
a = scale(10)
# %%
factor = 3; table["k"].append(2)
# %%
b = scale(10)
# %% holds
(a, b) == (21, 32)
scale(1) == 5
