# name: module-imported-and-changed-in-one-cell
# description: a local module that a cell both imports and changes
# %%
from pathlib import Path
_ = Path("ferry_n.py").write_text("CFG = None\nCACHE = {}\nN = 0\ndef bump():\n    global N\n    N += 1\n")
import sys; sys.path.insert(0, ".")
# %%
import ferry_n as n
df = [1]; n.CFG = df; n.CACHE["x"] = df; n.bump()
# %%
df.append(2)
# %% holds
n.CFG is df and n.CACHE["x"] is df
n.N == 1
