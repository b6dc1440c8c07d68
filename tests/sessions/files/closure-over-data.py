# name: closure-over-data
# description: a closure over a list that is also a name, and over a function that is deleted
# %%
data = [1, 2]
def outer(scale):
    def helper(x): return x * scale
    def run(): return [helper(x) for x in data] + local
    local = [0]
    return run, local
run, local = outer(10)
del outer
# %%
data.append(3)
# %%
local.append(9)
# %% holds
run() == [10, 20, 30, 0, 9]
"outer" not in globals()
