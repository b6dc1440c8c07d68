"""What of the containers of modules counts as touched since they came (registry_watch.h)."""

import sys
import types

import pytest
from kernelferry._ferry import RegistryWatch


@pytest.fixture
def module(monkeypatch):
    made = types.ModuleType("ferry_of_a_library")
    exec("class Table:\n    entries = {1: 1}\n    inherited = {}\nclass Other(Table): pass\nused, kept = {}, {2: 2}\nrow, order, names = [1], [2, 1], {3, 4}", vars(made))
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


def test_lists_and_sets_are_touched_where_their_items_came_were_replaced_or_moved(module):
    watch = RegistryWatch({})
    watch.see([module.__name__])
    module.row.append(2)
    assert touched(watch, module.row, module.order, module.names) == [True, False, False]
    module.order.sort()
    module.names.remove(3)
    module.names.add(5)
    assert touched(watch, module.order, module.names) == [True, True]
    module.order.sort(reverse=True)
    assert touched(watch, module.row, module.order, module.names) == [True, False, True]


def test_what_is_the_session_s_is_found_in_what_was_seen_before_the_first_look(module):
    watch = RegistryWatch({})
    watch.see([module.__name__])
    mine = type("Mine", (), {"__module__": "__main__"})
    module.row.append(mine)
    module.order[0] = mine
    assert [place[1] for place, _, value in watch.look(set()) if value is mine] == [("row",), ("order",)]
    assert [place[1] for place, _, value in watch.look(set()) if value is mine] == [("row",), ("order",)]


def test_what_stands_in_a_module_that_nobody_saw_come_is_touched_from_the_first_look_on(module):
    watch = RegistryWatch({})
    module.used["a"] = 1
    assert touched(watch, module.used) == [False]
    module.used["b"] = 1
    assert touched(watch, module.used) == [True]
