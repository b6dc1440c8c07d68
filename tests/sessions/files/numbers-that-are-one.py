# name: numbers-that-are-one
# description: big ints, floats and complex numbers shared between variables, tuples, keys and defaults
# %%
big, f, z = 10**30, 2.5 * 3, 1 + 2j
t = (big, f); d = {big: f, "z": z}; l = [big] * 3
def g(x=big, *, y=f): return x is big, y is f
class N(int):
    pass
n = N(7); ns = [n, n]
# %%
e = int(str(big)); same = (e is big, l[0] is l[2], t[0] is big, d["z"] is z)
# %%
got = g(); u = (*t, z)
# %% holds
(e is big, l[0] is l[2], t[0] is big, d["z"] is z) == same and g() == got == (True, True) and u[2] is z and list(d)[0] is big
ns[0] is n and ns[1] is n and type(n) is N
