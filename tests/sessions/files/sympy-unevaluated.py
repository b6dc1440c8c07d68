# name: sympy-unevaluated
# description: expressions of sympy that share equal numbers with others, and such that stand unevaluated
# %%
from sympy import Add, Matrix, Mul, Poly, Pow, Rational, Symbol, symbols
x, y = symbols("x y", real=True); odd = Symbol("odd", commutative=False)
# %%
roots = Poly(x ** 3 - 1, x).all_roots(); values = Matrix([[1, x], [y, 2]]).eigenvals()
# %%
half = Rational(-1, 2); spread = Mul(half, Add(x, 1), evaluate=False)
# %%
two = Add(1, 1, evaluate=False); eight = Pow(2, 3, evaluate=False); single = Mul(x, evaluate=False); kept = Mul(odd, x, odd, evaluate=False)
# %%
later = -x / 2; same = later is -x / 2; total = [each.doit() for each in (spread, two, eight)]
# %% holds
str(spread) == "-(x + 1)/2" and spread.args[0] is half
str(two) == "1 + 1" and str(eight) == "2**3" and total == [-x / 2 - Rational(1, 2), 2, 8] and single == x
kept.args == (odd, x, odd) and not kept.is_commutative and two.is_commutative
roots[0] == 1 and len(values) == 2
