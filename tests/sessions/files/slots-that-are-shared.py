# name: slots-that-are-shared
# description: objects without fields, of a class of one's own with slots and such as draw random numbers, that variables, outputs and a module hold
# %%
import os, sys
import numpy as np
os.makedirs("m", exist_ok=True)
open("m/slotted.py", "w").write('''
from dataclasses import dataclass
import numpy as np
@dataclass(slots=True)
class Student:
    name: str
    marks: list
class Simulation:
    def __init__(self):
        self.rng, self.steps = np.random.default_rng(1), []
ALL, by_name, simulation = [], {}, Simulation()
def add(name):
    ALL.append(Student(name, []))
    by_name[name] = ALL[-1]
    return ALL[-1]
''')
sys.path.insert(0, os.path.abspath("m"))
import slotted
# %%
slotted.add("nobody's")
students = [slotted.add(name) for name in ("ada", "bob")]
class Walker:
    def __init__(self, rng): self.rng = rng
class Shown(list):
    __repr__ = lambda self: "whose address is not shown"
walkers = [Walker(slotted.simulation.rng), Walker(np.random.default_rng(2))]
# %%
Shown([walkers[1].rng])
# %%
students[0].marks.append(5)
{"who": students[1]}
# %% holds after 2
students[0] is slotted.ALL[1] is slotted.by_name["ada"] and slotted.ALL[0] is slotted.by_name["nobody's"]
walkers[0].rng is slotted.simulation.rng
# %% holds
students[0] is slotted.ALL[1] is slotted.by_name["ada"] and slotted.ALL[0] is slotted.by_name["nobody's"]
slotted.by_name["ada"].marks == [5]
walkers[0].rng is slotted.simulation.rng and Out[3][0] is walkers[1].rng and Out[4]["who"] is slotted.ALL[2]
