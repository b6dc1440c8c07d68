"""Who waits for the collector with a `__del__` still to be called: asked without running code of the session."""

import gc
import types

from kernelferry import _ferry
from kernelferry.capsule import garbage

CLASSES = """
class Odd(type):
    def __eq__(cls, other): return cls is other
    __hash__ = None
    def __getattr__(cls, name): raise RuntimeError(f"asked for {name}")
class Waits(metaclass=Odd):
    def __del__(self): pass
class Plain(metaclass=Odd): pass
"""


def test_a_metaclass_that_cannot_be_hashed_is_not_asked():
    space = {"__name__": "__main__"}
    exec(CLASSES, space)
    with _ferry.NoCollection():
        for kind in (space["Waits"], space["Plain"]):
            one = kind()
            one.itself = one
        del one
        found = garbage.waiting(types.SimpleNamespace(namespace=space))
        assert [type(each) for each in found] == [space["Waits"]]
    del found
    gc.collect()
