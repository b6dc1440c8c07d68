# name: case-30-harmless-frame-readers
# description: library code that looks at frames: namedtuple, TypeVar, logging, warnings, dataclasses
# case: 30
# %%
import logging, warnings
from collections import namedtuple
from dataclasses import dataclass
from typing import TypeVar
untouched = {"a": [1]}
# %%
Point = namedtuple("Point", "x y")
T = TypeVar("T")
p = Point(1, [2])
# %%
@dataclass
class D:
    p: Point
    n: int = 0
d = D(p)
logging.getLogger("ferry.case30").info("quiet")
# %% holds
d.p is p and p.y == [2]
Point.__module__ == "__main__"
type(p) is Point and D(p) == d
untouched == {"a": [1]}
T.__name__ == "T"
