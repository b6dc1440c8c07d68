# name: closure-late-binding
# description: closures over a loop variable, default arguments, an empty cell
# %%
late = [lambda: i for i in range(3)]
early = [lambda i=i: i for i in range(3)]
def maybe(flag):
    def use(): return value
    if flag: value = 1
    return use
# %%
full, hollow = maybe(True), maybe(False)
# %%
more = [f() for f in late]
# %% holds
more == [2, 2, 2]
[f() for f in early] == [0, 1, 2]
full() == 1
len({id(f.__closure__[0]) for f in late}) == 1
