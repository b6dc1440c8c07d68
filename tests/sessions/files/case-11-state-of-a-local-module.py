# name: case-11-state-of-a-local-module
# description: a list of a local module that the module's own code changes, also under a name of the user's
# case: 11
# lost: STATE (it belongs to the module ferry_m), modules (state of ferry_m), m (the module's state)
# %%
from pathlib import Path
_ = Path("ferry_m.py").write_text("STATE = []\ndef push(v):\n    STATE.append(v)\n")
import sys; sys.path.insert(0, ".")
import ferry_m as m
from ferry_m import STATE
# %%
m.push(1)
# %%
m.push(2); print(STATE)
# %% holds
STATE == [1, 2]
m.STATE is STATE
