# name: case-07-function-in-builtins
# description: a function that lives in builtins only, and writes a global
# case: 7
# lost: builtins (a function of the session)
# %%
import builtins
done = []
def f():
    done.append(len(done))
builtins.doit = f
del f
# %%
doit()
# %%
doit(); print(done)
# %% holds
done == [0, 1]
callable(builtins.doit)
