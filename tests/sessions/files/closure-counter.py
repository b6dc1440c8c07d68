# name: closure-counter
# description: two closures over one variable
# %%
def make():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    def get(): return n
    return up, get
up, get = make()
# %%
up()
# %%
last = up()
# %% holds
get() == 2
up.__closure__[0] is get.__closure__[0]
last == 2
