# name: name-shadows-builtin
# description: a name of the session hides a builtin and stays
# %%
sum = lambda xs: "mine"
id = 7
# %%
got = sum([1, 2])
# %%
def use(): return sum([]), id
# %% holds
got == "mine" and use() == ("mine", 7)
