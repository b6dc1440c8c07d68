"""Which attributes count as hung on an object by cells, and which are its class's own business."""
import collections
import functools
import random
import sys
import types

import pytest

from kernelferry.objects import hung

LIBRARY = '''
import functools
class Thing:
    default = None
    def __init__(self): self.kept = 1; self.lock = object()
    def __getstate__(self): return {"kept": self.kept}
    @functools.cached_property
    def found(self): return object()
    @property
    def made(self): setattr(self, "by_name", 1); return self.by_name
    def nested(self): return [setattr(each, "x", each.label) for each in ()]
class Plain:
    def __init__(self): self.kept = 1
'''


@pytest.fixture
def library(monkeypatch):
    module = types.ModuleType("hung_library")
    exec(LIBRARY, vars(module))
    monkeypatch.setitem(sys.modules, "hung_library", module)
    return module


def forgotten(obj):
    return hung.forgotten(obj, obj.__reduce_ex__(4))


def test_what_the_class_leaves_out_itself_stays_out(library):
    thing = library.Thing()
    thing.found, thing.made
    assert vars(thing).keys() == {"kept", "lock", "found", "by_name"} and forgotten(thing) == {}


def test_what_is_hung_on_is_told_in_the_order_of_names(library):
    thing = library.Thing()
    thing.note, thing.label, thing.default, thing.nested = [1], "n", 2, len
    assert list(forgotten(thing).items()) == [("default", 2), ("label", "n"), ("nested", len), ("note", [1])]
    assert forgotten(thing)["note"] is thing.note


def test_what_the_state_tells_is_not_told_twice(library):
    plain = library.Plain()
    plain.note = [1]
    ordered = collections.OrderedDict(a=1)
    ordered.note = [1]
    part = functools.partial(len)
    part.note = [1]
    assert [forgotten(each) for each in (plain, ordered, part)] == [{}, {}, {}]


def test_a_state_that_has_the_name_of_something_else_tells_nothing(library):
    thing = library.Thing()
    thing.note = [1]
    assert hung.forgotten(thing, (library.Thing, (), {"note": [1]})) == {"note": [1]}


def test_only_classes_that_say_what_is_pickled_of_them_forget(library):
    assert hung.forgets(library.Thing) and hung.forgets(collections.Counter) and hung.forgets(random.Random)
    assert not hung.forgets(library.Plain) and not hung.forgets(int) and not hung.forgets(type(library)) and not hung.forgets(type)
    own = type("Own", (library.Thing,), {"__module__": "__main__", "__getstate__": lambda self: {}})
    assert not hung.forgets(own) and hung.forgets(type("Plain", (library.Thing,), {"__module__": "__main__"}))


def test_a_class_of_the_session_that_has_its_own_pickling_is_obeyed(library):
    own = type("Own", (library.Thing,), {"__module__": "__main__", "__getstate__": lambda self: {}})()
    own.note = [1]
    assert forgotten(own) == {}


def test_a_class_of_the_session_owns_no_attribute_over_one_of_a_library(library):
    namespace = {"Thing": library.Thing, "__name__": "__main__"}
    exec("class Mine(Thing):\n  def __init__(self): super().__init__(); self.mine = 2", namespace)
    assert forgotten(namespace["Mine"]()) == {"mine": 2}
