"""What of the containers of modules counts as touched since they came (registry_watch.h)."""

import sys
import types

import pytest
from kernelferry._ferry import RegistryWatch


@pytest.fixture
def module(monkeypatch):
    made = types.ModuleType("ferry_of_a_library")
    exec("class Table:\n    entries = {1: 1}\n    inherited = {}\nclass Other(Table): pass\nused, kept = {}, {2: 2}", vars(made))
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def touched(watch, *containers):
    watch.look(set())
    return [watch.touched(container) for container in containers]


def test_what_is_filled_between_the_import_and_the_first_look_is_touched(module):
    watch = RegistryWatch({})
    watch.see([module.__name__])
    module.used["a"] = 1
    module.Table.entries[3] = 3
    module.Other.inherited = {}
    assert touched(watch, module.used, module.Table.entries, module.Other.inherited) == [True, True, True]
    assert touched(watch, module.kept, module.Table.inherited) == [False, False]
    module.kept["b"] = 1
    assert touched(watch, module.kept) == [True]


def test_what_stands_in_a_module_that_nobody_saw_come_is_touched_from_the_first_look_on(module):
    watch = RegistryWatch({})
    module.used["a"] = 1
    assert touched(watch, module.used) == [False]
    module.used["b"] = 1
    assert touched(watch, module.used) == [True]
