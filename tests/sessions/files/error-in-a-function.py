# name: error-in-a-function
# description: a function changes its argument and raises; a syntax error; an error in a comprehension
# %%
def half(x):
    x.append("before")
    raise LookupError("after")
L = []
# %% raises LookupError
half(L)
# %% raises SyntaxError
L.append("never") +
# %% raises ValueError
M = [L.append(i) or int(c) for i, c in enumerate("1x2")]
# %%
k = len(L)
# %% holds
L == ["before", 0, 1] and k == 3
"M" not in globals()
