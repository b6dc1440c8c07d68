# name: own-module-that-furnishes-a-library
# description: an own module, imported right behind a library, hangs a list on it, which cells then name and change
# %%
from pathlib import Path
_ = Path("ferry_furnish.py").write_text("import colorsys\ncolorsys.EXTRA = [0]\n")
import sys; sys.path.insert(0, ".")
# %%
import colorsys
import ferry_furnish
# %%
e = colorsys.EXTRA
e.append(1)
# %%
e.append(2)
# %% holds
colorsys.EXTRA is e and e in ([0, 1], [0, 1, 2])
