# name: symbols-that-units-hold
# description: symbols of sympy that its units, which it imports later, are abbreviated by: nothing is lost with them
# %%
from sympy import *
x, y, z = symbols("x y z")
one = simplify(sin(x)**2 + cos(x)**2)
import sympy.physics.units
# %%
two = one + 1
# %% holds
two == 2 and symbols("y") == y
