"""Who waits for the collector with a `__del__` still to be called: asked without running code of the session."""

import gc
import types

import numpy as np
import pytest

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


def test_the_pass_over_all_objects_gives_way_to_a_request(monkeypatch):
    looked = []

    def asked():
        if len(looked) == 2:
            raise _ferry.Stopped
        looked.append(1)

    monkeypatch.setattr(garbage, "give_way", asked)
    with pytest.raises(_ferry.Stopped):
        garbage.waiting(types.SimpleNamespace(namespace={}))


MANY = """
class Waits:
    def __init__(self): self.me = self
    def __del__(self): pass
def stands():
    me = yield
    try:
        yield
    finally: done.append(1)
done, kept = [], [Waits() for _ in range(200)]
"""


def sessions(source):
    space = {"__name__": "__main__"}
    exec(source, space)
    return space, types.SimpleNamespace(namespace=space)


def test_of_many_those_are_told_to_which_no_variable_leads():
    space, where = sessions(MANY)
    with _ferry.NoCollection():
        array = np.array([space["Waits"]() for _ in range(100)])  # which does not tell the collector what it holds
        assert garbage.waiting(where) == []
        for _ in range(100):
            space["Waits"]()
        assert len(garbage.waiting(where)) == 100
    assert len(array) == 100
    del array
    space.clear()
    gc.collect()


def test_a_generator_within_try_waits_and_one_before_it_does_not():
    space, where = sessions(MANY)
    with _ferry.NoCollection():
        for steps in 1, 2:
            generator = space["stands"]()
            next(generator)
            if steps == 2:
                generator.send(generator)
                assert garbage.waiting(where) == []
        del generator
        assert [each.__name__ for each in garbage.waiting(where)] == ["stands"]
        assert "(stands)" in garbage.in_words(where)
    done = space["done"]
    gc.collect()
    assert done == [1]
