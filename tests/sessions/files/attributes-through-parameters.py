# name: attributes-through-parameters
# description: what cells set on modules, classes and objects of libraries through variables, loops and parameters of functions
# %%
import json, string, statistics, calendar, sys
from fractions import Fraction
from collections import ChainMap, UserDict
# %%
e = json._default_encoder
e.ensure_ascii = False
f = string.Formatter
f.depth = 3
# %%
for cls in (ChainMap, UserDict):
    cls.limit = 5
def configure(thing, level):
    thing.level_of_care = level
    thing.tags = ["a"]
configure(statistics, 3)
configure(Fraction, 4)
# %%
configure(calendar.c, 6)
[calendar][0].mine = 8
sys.modules["my_math"] = statistics
from http import HTTPStatus
# %%
HTTPStatus.OK.note = "fine"
# %%
t = json.dumps("ä")
# %% holds
json._default_encoder is e and t == '"ä"'
string.Formatter.depth == 3
ChainMap.limit == UserDict.limit == 5
statistics.level_of_care == 3 and statistics.tags == ["a"]
Fraction.level_of_care == 4 and Fraction.tags == ["a"]
calendar.c.level_of_care == 6 and calendar.mine == 8
sys.modules["my_math"] is statistics
HTTPStatus(200).note == "fine"
