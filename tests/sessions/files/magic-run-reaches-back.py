# name: magic-run-reaches-back
# description: scripts of %run, with and without the notebook's namespace, and the modules they import, which change its variables
# %%
%%writefile ferry_part.py
from ferry_shared import note
state = [0]
def bump(): state[0] += 1; note(state[0]); return state[0]
class Part:
    made = []
    def __init__(self, v): self.v = v; self.made.append(v)
if __name__ == "__main__": bump()
# %%
%%writefile ferry_shared.py
def note(v):
    import __main__
    getattr(__main__, "notes", []).append(v)
# %%
import sys; sys.path.insert(0, ""); notes = []
%run -i ferry_part.py
# %%
bump(); p = Part(1)
# %%
old, older = bump, Part
%run -i ferry_part.py
# %%
old(); q = Part(2); r = older(3)
# %%
%run ferry_part.py
# %%
s = Part(4); bump()
# %% holds
state == [2] and older.made == [1, 3] and Part.made == [4]
isinstance(r, older) and not isinstance(r, Part) and isinstance(p, older)
