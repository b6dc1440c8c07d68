"""What functions of libraries that cells name get to, and which of it is kept (reached.py, filled.py)."""
import sys
import types

import pytest
from kernelferry import _ferry
from kernelferry.capsule import filled, reached, spoken

LIBRARY = """
table, kept, setting = {}, {"there": 1}, None
class Base:
    known = {}
    @classmethod
    def add(cls, name):
        cls.known[name] = len(name)
class Other(Base):
    pass
def put(name):
    def inner():
        table[name] = 1
    inner()
    change(name)
def change(value):
    global setting
    setting = value
def give(cls, name):
    cls.add(name)
def deep(name):
    Other.add(name)
    put(name)
"""


@pytest.fixture
def library(monkeypatch):
    made = types.ModuleType("ferry_library")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(LIBRARY, vars(made))
    return made


def said(*cells):
    found = spoken.Spoken()
    found.look(list(cells))
    return found


def look(library, cell):
    return reached.Reached().look(types.SimpleNamespace(namespace={"lib": library}), said(cell))


def test_calls_lead_to_containers_and_to_globals_that_get_what_is_given(library):
    assert look(library, "lib.put('x')") == ({("ferry_library", "table")}, {("ferry_library", "setting")})
    assert look(library, "lib.deep('x')")[0] == {("ferry_library", "table"), ("ferry_library", "Base.known")}
    assert look(library, "lib.kept") == (set(), set())


def test_what_a_function_calls_of_a_class_that_it_is_given_is_followed(library):
    assert look(library, "lib.give(lib.Other, 'x')")[0] == {("ferry_library", "Base.known")}
    assert look(library, "lib.give(mine, 'x'); lib.Other.known") == (set(), set())


def test_what_a_class_has_for_itself_by_now_stands_there(library):
    library.Other.known = {}
    assert look(library, "lib.Other.add('x')")[0] == {("ferry_library", "Other.known")}


def test_containers_count_where_they_were_touched_and_hold_what_a_cell_spells(library):
    cell, watch = said("lib.put('.mine')"), _ferry.RegistryWatch({})
    where, places = types.SimpleNamespace(namespace={"lib": library}, names={}), {("ferry_library", "table"), ("ferry_library", "kept")}
    watch.see(["ferry_library"])

    def found():
        watch.look(set())
        return filled.places(where, cell, watch, places)

    assert found() == {}
    library.table["unspelled"] = 1
    assert found() == {}
    library.table[".mine"] = 1
    assert found() == {("ferry_library", "table"): filled.REACHED}
    library.table.clear()
    library.table[None] = [("!.mine", 5)]
    assert found() == {("ferry_library", "table"): filled.REACHED}


def test_of_large_dicts_that_a_library_fills_by_itself_come_back_the_entries_that_a_cell_spells(library, monkeypatch):
    cell, watch = said("lib.put('mine')"), _ferry.RegistryWatch({})
    where, places = types.SimpleNamespace(namespace={"lib": library}, names={}, shell=None), {("ferry_library", "table")}
    watch.see(["ferry_library"])
    library.table.update({f"word{number}": "x" * 100 for number in range(filled.MANY + 1)})
    watch.look(set())
    assert filled.capture(where, cell, set(), watch, places) == ({}, {})
    library.table["mine"] = 5
    found, lost = filled.capture(where, cell, set(), watch, places)
    assert found and not lost
    library.table.clear()
    library.table["word"] = 1
    monkeypatch.setattr(filled, "_applied", {})
    assert filled.apply(where, found) == {} and library.table == {"word": 1, "mine": 5}
    assert filled.places(where, cell, watch) == {("ferry_library", "table"): filled.REACHED}


def test_types_that_no_import_finds_are_left_to_the_import():
    where = types.SimpleNamespace(names={})
    assert filled.stands_alone(where, dict) and not filled.stands_alone(where, type({}.items()))
