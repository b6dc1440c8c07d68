# name: alias-default-argument
# description: the mutable default of a function is also a name
# %%
store = []
def add(v, to=store):
    to.append(v)
    return to
# %%
add(1);
# %%
last = add(2)
# %% holds
store == [1, 2]
last is store
add.__defaults__[0] is store
