# name: delete-names
# description: deleted names stay deleted, aliases stay, a name comes back with another value
# %%
a = [1]; b = a; c = "text"
# %%
del a, c
# %%
c = [b]
# %%
for name in ["tmp1", "tmp2"]:
    globals()[name] = name
del tmp1
# %% holds
"a" not in globals()
c[0] is b
"tmp1" not in globals() and tmp2 == "tmp2"
