# name: case-17-globals-under-a-name
# description: names set through globals() and through the shell, which the cell does not spell
# case: 17
# %%
g = globals()
k = 0
# %%
g["k"] = 1
# %%
ip = get_ipython()
ip.user_ns["k" + "2"] = [k]
# %% holds
g is globals()
k == 1
k2 == [1]
ip is get_ipython()
