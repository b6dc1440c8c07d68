# name: slots-beside-fields
# description: objects with fields and slots, and a dict with a slot, in outputs and in a module of one's own
# %%
import os, sys
os.makedirs("m", exist_ok=True)
open("m/points.py", "w").write('''
from dataclasses import dataclass
class Named: pass
@dataclass(slots=True)
class Point(Named):
    x: int = 0
class Row(dict):
    __slots__ = ("owner", "__dict__")
points, origin, row = [], Point(), Row()
''')
sys.path.insert(0, os.path.abspath("m"))
import points
# %%
points.points.append(points.Point(3)); points.points[0].name = "p"
points.origin.x = 7
points.row.owner = "me"; points.row["k"] = 1
[points.Point(9)]
# %%
points.points.append(points.Point(4))
# %% holds after 2
Out[2][0].x == 9
points.points[0].x == 3 and points.points[0].name == "p"
# %% holds
Out[2][0].x == 9
[each.x for each in points.points] == [3, 4]
points.origin.x == 7 and points.row == {"k": 1} and points.row.owner == "me"
