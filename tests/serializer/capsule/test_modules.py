"""Imports, state of modules of one's own, and what was put into modules of libraries."""
from tests.serializer.capsule.journey import journey, side


def test_imports_come_back_in_order_and_local_sources_are_compared(tmp_path):
    (tmp_path / "tool.py").write_text("import colorsys\nLEVEL = 1\n")
    cells = ["import sys; sys.path.insert(0, '.')", "import tool, wave", "tool.LEVEL = 5", "tool.extra = [1]"]
    saved, back = journey(tmp_path, cells, ["[n for n in __import__('sys').modules if n in ('tool', 'wave', 'colorsys')]",
                                            "__import__('tool').LEVEL", "__import__('tool').extra"])
    assert back["values"] == saved["values"]
    assert all(ok for _, ok, _ in back["applied"])
    (tmp_path / "tool.py").write_text("import colorsys\nLEVEL = 2222\n")
    case = {"expressions": ["__import__('tool').LEVEL"]}
    changed = side("load", str(tmp_path / "items"), case, tmp_path)
    (modules,) = [r for r in changed["applied"] if r[0] == "modules"]
    assert not modules[1] and "source of module tool" in modules[2]


def test_what_cells_set_on_objects_of_a_local_module_is_what_these_hold_and_outlives_a_change_of_its_source(tmp_path):
    source = "class Node:\n    def __init__(self): self.kids = []\nroot = Node()\n"
    (tmp_path / "tree.py").write_text(source)
    cells = ["import sys; sys.path.insert(0, '.'); import tree", "tree.root.later = tree.Node(); tree.root.kids.append(tree.root.later); tree.root.level = 5"]
    saved, back = journey(tmp_path, cells, ["tree.root.kids[0] is tree.root.later", "tree.root.level"], ["import tree"])
    assert saved["values"] == back["values"] == ["True", "5"]
    (tmp_path / "tree.py").write_text(source + "changed = True\n")
    assert side("load", str(tmp_path / "items"), {"expressions": ["tree.root.level"], "loaded": ["import tree"]}, tmp_path)["values"] == ["5"]


def test_missing_module_is_named(tmp_path):
    (tmp_path / "gone.py").write_text("")
    cells = ["import sys; sys.path.insert(0, '.'); import gone, wave"]
    side("save", str(tmp_path / "items"), {"cells": cells, "expressions": [], "history": True}, tmp_path)
    (tmp_path / "gone.py").unlink()
    for cached in tmp_path.glob("__pycache__/gone*"):
        cached.unlink()
    back = side("load", str(tmp_path / "items"), {"expressions": ["'wave' in __import__('sys').modules"]}, tmp_path)
    (modules,) = [r for r in back["prepared"] if r[0] == "modules"]
    assert not modules[1] and "import gone failed" in modules[2]
    assert back["values"] == ["True"]


def test_attribute_that_is_a_variable_stays_that_object(tmp_path):
    cells = ["import math\ndef f(*a): return 'mine'\nbox = [1]\nmath.floor = f\nmath.box = box\nmath.tau = 6"]
    loaded = ["def f(*a): return 'mine'\nbox = [1]"]
    saved, back = journey(tmp_path, cells, ["__import__('math').floor is f", "__import__('math').box is box",
                                            "__import__('math').tau"], loaded)
    assert saved["values"] == back["values"] == ["True", "True", "6"]


def test_attributes_of_libraries_may_be_objects_that_know_only_their_own_attributes(tmp_path):
    box = "class Box:\n    def __getattr__(self, name): return {'own': 5}[name]\n    def __call__(self, *_): pass\nbox = Box()"
    saved, back = journey(tmp_path, [f"import json, fractions\n{box}", "json.box = Box(); fractions.Fraction.box = Box(); import gc; gc.callbacks.append(box)"],
                          ["__import__('json').box.own", "__import__('fractions').Fraction.box.own", "[each for each in __import__('gc').callbacks if each is box] == [box]"], [box])
    assert "modules" in saved["items"] and back["values"] == ["5", "5", "True"]


def test_state_of_a_local_module_comes_back_in_its_objects(tmp_path):
    (tmp_path / "shop.py").write_text(
        "import threading\nfrom os import environ\nlock = threading.Lock()\nMISSING = object()\nSTATE = []\nINDEX = {'all': STATE}\n"
        "COUNT = 0\nclass Till: pass\nTILL = Till()\nLAZY = None\n"
        "def push(v, missing=MISSING):\n    global COUNT, LAZY\n    STATE.append(v); COUNT += 1; TILL.last = v; LAZY = {'x': v}\n")
    cells = ["import sys; sys.path.insert(0, '.'); import shop; from shop import STATE", "shop.push(1)", "box = [2]", "shop.push(box)"]
    expressions = ["STATE", "shop.STATE is STATE", "shop.INDEX['all'] is STATE", "shop.COUNT", "shop.TILL.last is box", "shop.LAZY",
                   "shop.push.__defaults__[0] is shop.MISSING", "shop.STATE[1] is box"]
    saved, back = journey(tmp_path, cells, expressions, ["import shop; from shop import STATE; box = [2]"])
    assert saved["values"] == back["values"]
    assert all(ok for _, ok, _ in back["applied"])
    assert b"PATH" not in (tmp_path / "items").read_bytes()


def test_attributes_of_a_local_module_go_on_sharing_what_the_import_does_not_make(tmp_path):
    (tmp_path / "shop.py").write_text("import array\ntills = {}\n_open = last = None\nrows = box = [1]\nsize = shape = mine = None\ndef add(name): tills[name] = {'name': name}\n"
                                      "def set_open(till):\n    global _open, last, size, shape\n    _open = last = till; rows.append(2); size = shape = array.array('i', [5])\ndef rename(name): _open['name'] = name\n")
    cells = ["import sys; sys.path.insert(0, '.'); import shop", "shop.add('a'); shop.add('b')", "shop.set_open(shop.tills['b'])", "shop.mine = shop.tills['a']"]
    saved, back = journey(tmp_path, cells, ["shop._open is shop.last is shop.tills['b'] and shop.rows is shop.box and shop.box == [1, 2]", "shop.size is shop.shape and shop.mine is shop.tills['a'] and shop.size.tolist()", "shop.rename('c')", "shop.tills"], ["import shop"])
    assert saved["values"] == back["values"] == ["True", "[5]", "None", "{'a': {'name': 'a'}, 'b': {'name': 'c'}}"]
    assert all(ok for _, ok, _ in back["applied"])


def test_what_is_shared_inside_attributes_of_a_local_module_with_a_variable_that_is_not_there_is_named(tmp_path):
    (tmp_path / "shop.py").write_text("class Till: pass\nTILLS, OPEN = {}, {}\n")
    cells = ["import sys; sys.path.insert(0, '.'); import shop; tills = [shop.Till(), shop.Till()]", "shop.TILLS['a'] = tills[0]; shop.OPEN['b'] = shop.Till()"]
    told = ["shop.TILLS['a'] is tills[0]", "sorted(shop.OPEN)"]
    saved, back = journey(tmp_path, cells, told, ["import shop; tills = [shop.Till(), shop.Till()]"])
    assert saved["values"] == back["values"] == ["True", "['b']"] and all(ok for _, ok, _ in back["applied"])
    _, back = journey(tmp_path, cells, told[1:], ["import shop; tills = []"])
    (modules,) = [why for name, _, why in back["applied"] if name == "modules"]
    assert "shop.TILLS is not restored" in modules and "shop.OPEN" not in modules and back["values"] == ["['b']"]


def test_what_attributes_of_a_local_module_hold_goes_on_referring_to_them(tmp_path):
    (tmp_path / "tree.py").write_text("class Node:\n    def __init__(self, up=None): self.up, self.below = up, []\nroot, table, index, later = Node(), [], {}, None\n"
                                      "def make():\n    global later\n    later = Node(); later.up = later\n")
    grow = "tree.root.below.append(tree.Node(tree.root)); tree.table.append(tree.table); tree.index['all'] = tree.index"
    cells = ["import sys; sys.path.insert(0, '.')", "import tree", grow, "tree.make(); top = tree.root"]
    told = ["tree.root.below[0].up is tree.root", "tree.table[0] is tree.table", "tree.index['all'] is tree.index", "tree.later.up is tree.later"]
    _, back = journey(tmp_path, cells, told, ["import sys; sys.path.insert(0, '.'); import tree; top = tree.root"])
    assert back["values"] == ["True"] * 4


def test_lost_state_of_a_local_module_is_named(tmp_path):
    (tmp_path / "shop.py").write_text("def rows():\n    yield 1\nROWS = FIRST = rows()\n")
    _, back = journey(tmp_path, ["import sys; sys.path.insert(0, '.'); import shop"], [])
    (modules,) = [r for r in back["applied"] if r[0] == "modules"]
    assert not modules[1] and "shop.ROWS" in modules[2] and "shop.FIRST" in modules[2] and "generator" in modules[2]


def test_module_made_by_a_cell(tmp_path):
    made = "import sys, types; mod = types.ModuleType('hand'); mod.x = [1]"
    cells = [made, "sys.modules['hand'] = mod"]
    saved, back = journey(tmp_path, cells, ["__import__('hand') is mod"], [made])
    assert saved["values"] == back["values"] == ["True"]
    assert all(ok for _, ok, _ in back["applied"])


def test_accessor_registered_in_pandas(tmp_path):
    cells = ["import pandas as pd; used = []", "@pd.api.extensions.register_dataframe_accessor('geo')\nclass _Geo:\n"
             " def __init__(self, frame): self.frame = frame\n def go(self): used.append(1); return len(self.frame), len(used)\ndel _Geo"]
    saved, back = journey(tmp_path, cells, ["pd.DataFrame({'x': [1, 2]}).geo.go()"], ["import pandas as pd; used = []"])
    assert saved["values"] == back["values"] == ["(2, 1)"]
