# name: sympy-expressions
# description: symbols, assumptions, dummies and functions that know each other
# %%
import sympy as sp
x, y = sp.symbols("x y", positive=True); d = sp.Dummy("d"); f = sp.Function("f")
e = (x + y) ** 2 + d; table = {x: 1, d: 2}
# %%
ex = sp.expand(e); der = sp.diff(f(x) * x, x); same = sp.Symbol("x", positive=True)
# %%
val = ex.subs({x: 1, y: 2}); sol = sp.solve(x ** 2 - 4, x)
# %% holds
same == x and same in table and sp.Dummy("d") not in table and table[d] == 2
val - d == 9 and sol == [2] and der.has(f) and ex - sp.expand(e) == 0 and x.is_positive
