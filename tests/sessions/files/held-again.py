# name: held-again
# description: what outputs, libraries and modules hold beside a variable, and hold again after a resume, is no reason to warn
# %%
import matplotlib.pyplot as plt, numpy as np, warnings, random, functools
from sympy import cacheit
class Holder:
    def __init__(self, items):
        self.items = items
cmap = plt.get_cmap("viridis").copy(); items = [1]; x = np.arange(12.).reshape(3, 4)
# %%
plt.imshow(x, cmap=cmap); plt.colorbar()
# %%
Holder(items)
# %%
def shown(message, category, filename, lineno, line=None):
    return f"{category.__name__}: {message}\n"
warnings.formatwarning = shown
drawn = random.randint; random.randint = functools.partial(drawn, 1)
# %%
Out[3].items.append(2)
# %% holds
Out[3].items is items and items == [1, 2]
Out[2].cmap is cmap
warnings.formatwarning is shown and random.randint.func is drawn
cacheit is __import__("sympy").cacheit
# %% holds after 4
items == [1]
