# name: alias-split-and-join
# description: names that share an object part, and others come together
# %%
x = y = {"n": 0}
z = {"n": 9}
# %%
y = dict(y); y["n"] = 1
# %%
w = [x, z]
z["n"] = 5
# %% holds
x is not y and x == {"n": 0} and y == {"n": 1}
w[0] is x and w[1] is z
w[1]["n"] == 5
