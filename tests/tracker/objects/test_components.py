"""Which names share a component, what a component exports and needs."""

import pytest
from kernelferry import _ferry

LINKED = {
    "list in list": "a = [1]; b = [a]",
    "dict value": "a = {}; b = {'x': a}",
    "through a tuple": "a = [1]; b = (a, 1)",
    "through one shared tuple": "t = ([1],); a = [t]; b = [t]",
    "through a frozenset": "class K: pass\na = K(); b = frozenset([a])",
    "instance field": "class K: pass\na = []; b = K(); b.x = a",
    "slot": "class K: __slots__ = ('x',)\na = []; b = K(); b.x = a",
    "vars": "class K: pass\na = K(); a.x = 1; b = vars(a)",
    "closure cells": "def make():\n n = 0\n def up():\n  nonlocal n; n += 1\n def get(): return n\n return up, get\na, b = make()",
    "default argument": "a = []\ndef b(x=a): pass",
    "class attribute": "a = []\nclass b: reg = a",
    "bound method": "class K:\n def m(self): pass\na = K(); b = a.m",
    "builtin bound method": "a = []; b = a.append",
    "partial": "import functools\na = []; b = functools.partial(print, a)",
    "deque": "import collections\na = []; b = collections.deque([a])",
    "iterator": "a = [1, 2]; b = iter(a)",
    "callback of a connection": "import sqlite3\na = []; b = sqlite3.connect(':memory:'); b.set_trace_callback(a.append)",
    "generator": "a = [1]\ndef g(x):\n yield x\nb = g(a)",
    "list subclass": "class L(list): pass\na = []; b = L([a])",
    "dict view": "a = {1: 2}; b = a.keys()",
    "memoryview": "a = bytearray(b'xyz'); b = memoryview(a)",
    "mappingproxy": "import types\na = {}; b = types.MappingProxyType(a)",
    "numpy view": "import numpy as np\na = np.arange(9); b = a[2:5]",
    "two views of a hidden base": "import numpy as np\na, b = np.split(np.arange(10), 2)",
    "reshaped": "import numpy as np\na = np.zeros((4, 4)); b = a.T",
    "strided": "import numpy as np\na = np.arange(9)\nb = np.lib.stride_tricks.as_strided(a, (3,), (8,))",
    "object array": "import numpy as np\na = [1]; b = np.array([a, None], dtype=object)",
    "buffer": "import numpy as np\na = bytearray(16); b = np.frombuffer(a, dtype='u1')",
    "masked array": "import numpy as np\na = np.arange(4); b = np.ma.masked_array(a, [0, 1, 0, 0], copy=False)",
    "frame over an array": "import numpy as np, pandas as pd\na = np.zeros((3, 2)); b = pd.DataFrame(a, copy=False)",
    "object column": "import pandas as pd\na = [1]; b = pd.Series([a, None], dtype=object)",
    "estimator": "from sklearn.linear_model import LinearRegression\nimport numpy as np\na = np.ones(3)\n"
                 "b = LinearRegression(); b.weights = a",
    "enum member": "import enum\nclass a(enum.Enum):\n x = 1\nb = [a.x]",
    "weak reference": "import weakref\nclass K: pass\na = K(); b = [weakref.ref(a)]",
    "weak proxy": "import weakref\nclass K: pass\na = K(); b = weakref.proxy(a)",
    "module made by hand": "import sys, types\na = [1]; b = types.ModuleType('hand'); b.x = a; sys.modules['hand'] = b",
    "cycle of needs": "class a: pass\na.other = [1]\ndef b(): pass\na.f = b; b.cls = a",
}

APART = {
    "equal lists": "a = [1]; b = [1]",
    "one string": "s = 'some text of more'; a = [s]; b = [s]",
    "one tuple of immutables": "t = (1000, 'x y'); a = [t]; b = [t]",
    "a class": "class K: pass\na = K(); b = K()",
    "a function": "def f(): pass\na = {'f': f}; b = {'f': f}",
    "a module": "import math\na = [math]; b = [math]",
    "a type": "a = [int]; b = [int]",
    "a dtype": "import numpy as np\nd = np.dtype([('x', 'f8')]); a = np.zeros(3, d); b = np.zeros(3, d)",
    "a logger": "import logging\na = [logging.getLogger()]; b = [logging.getLogger()]",
    "a module's generator": "import numpy as np\na = [np.random.mtrand._rand]; b = [np.random.mtrand._rand]",
    "a date": "import datetime\nd = datetime.date(2020, 1, 1); a = [d]; b = [d]",
    "an estimator's class": "from sklearn.linear_model import LinearRegression as L\na = L(); b = L()",
    "the maker of a library's type": "a = [tuple.__new__]; b = [tuple.__new__]",
    "two classes of named tuples": "import collections\na = collections.namedtuple('P', 'x'); b = collections.namedtuple('R', 'y')",
    "a named tuple": "import collections\nP = collections.namedtuple('P', 'x'); p = P(1); a = [p]; b = [p]",
    "the environment": "import os\na = [os.environ]; b = [os.environ]",
    "a path": "import pathlib\np = pathlib.Path('x'); a = [p]; b = [p]",
    "annotations": "from typing import List\ndef a(x: List[int]): pass\ndef b(x: List[int]): pass",
}


@pytest.mark.parametrize("code", LINKED.values(), ids=LINKED)
def test_links(session, code):
    assert session.run(code).linked("a", "b")


@pytest.mark.parametrize("code", APART.values(), ids=APART)
def test_does_not_link(session, code):
    assert not session.run(code).linked("a", "b")


def test_shared_immutables_get_one_pid_and_a_home(session):
    session.run("nan = float('nan'); Q = [nan]; t = (1000, 'x y'); u = [t]; small = [1, 'x', None, ()]; v = [1, 'x']")
    c = session.look()
    assert c["nan"].exports and c["nan"].exports == c["Q"].needs or c["Q"].exports == c["nan"].needs != []
    [pid] = set(c["t"].exports + c["t"].needs)
    assert session.last.object(pid) is session.namespace["t"]
    assert not c["small"].exports + c["small"].needs + c["v"].exports + c["v"].needs


def test_a_class_lives_with_its_methods_and_is_needed_by_its_instances(session):
    session.run("class P:\n def m(self): return 1\n @property\n def q(self): return 2\np = P()")
    c = session.look()
    assert c["p"].number != c["P"].number and len(c["P"].exports) == 3
    [pid] = c["p"].needs
    assert pid in c["P"].exports and session.last.object(pid) is session.namespace["P"]


def test_code_without_a_name_is_a_component_named_by_its_pid(session):
    session.run("class P: pass\np = P()\ndel P")
    look = session.look()
    [nameless] = [c for c in session.last.components if not c.names]
    assert nameless.key == [f"#{nameless.exports[0]}"] and look["p"].needs == nameless.exports


def test_components_come_after_those_they_need(session):
    session.run("class A: pass\nclass B(A): pass\nb = B(); c = [(b, 1)]; nan = float('nan'); a0 = [nan]; z = [nan]")
    home = {}
    session.look()
    for c in session.last.components:
        home.update(dict.fromkeys(c.exports, c.number))
    assert all(home[pid] < c.number for c in session.last.components for pid in c.needs)


def test_pids_stay_and_are_never_given_twice(session):
    session.run("def f(): pass\nh = [f]")
    [pid] = session.look()["h"].needs
    assert session.look()["h"].needs == [pid]
    session.walker.look(["h"])
    assert session.look()["h"].needs == [pid]
    session.run("def f(): return 2\nh = [f]")
    assert session.look()["h"].needs != [pid]
    session.walker.next_pid = 50
    session.run("def g(): pass\nk = [g]")
    assert session.look()["k"].needs == [50]


def test_adopted_objects_keep_their_pid(session):
    session.run("def f(): pass\nh = [f]")
    session.walker.adopt(17, session.namespace["f"])
    assert session.look()["h"].needs == [17] and session.walker.next_pid == 18


def test_mentions_reach_through_types_and_nested_code(session):
    session.run("class P:\n def __hash__(self): return log.append(1)\np = [P()]\n"
                "def f():\n def inner(): return deep\n return getattr(x, 'by_string')\nh = {'go': f}")
    c = session.look()
    assert "log" in c["p"].mentions
    assert {"deep", "by_string", "x"} <= set(c["h"].mentions)


def test_doors_are_leaves(session):
    session.run("a = [1]; g = globals(); import __main__ as m; b = {'ns': g}")
    c = session.look()
    assert c["g"].door and c["b"].door and not c["a"].door
    assert c["g"].number != c["a"].number


def test_ten_thousand_shared_strings_travel_together(session):
    session.run("a = [f'text number {i}' for i in range(10000)]; b = dict.fromkeys(a)")
    assert session.linked("a", "b")


def test_names_that_are_not_bound_are_left_out(session):
    session.run("a = 1")
    assert [c.names for c in session.walker.look(["a", "gone"]).components] == [["a"]]


def test_module_references(session):
    import logging

    import numpy
    assert session.walker.module_reference(numpy.random.mtrand._rand) == ("numpy.random.mtrand", "_rand")
    assert session.walker.module_reference(logging.root) == ("logging", "root")
    mine = []
    numpy.mine = mine
    try:
        assert session.walker.module_reference(mine) is None
    finally:
        del numpy.mine


def test_two_looks_at_one_state_give_the_same_exports_and_needs():
    words = [f"word {i}" for i in range(7)]
    walker = _ferry.Walker({"a": list(words), "b": words[::-1], "c": [words[3], words[1]]})

    def shared():
        return [(c.exports, c.needs) for c in walker.look(["a", "b", "c"]).components]

    first = shared()
    assert sum(len(exports) for exports, _ in first) == 7
    assert all(shared() == first for _ in range(20))


def test_instances_of_classes_that_libraries_made_link(session):
    session.run("import dataclasses, types\nP = dataclasses.make_dataclass('P', ['x']); p = P([]); q = {'p': p}; r = P(1); s = [r.x]\nN = types.new_class('N'); n = N(); m = [n]")
    assert session.linked("p", "q") and session.linked("n", "m") and not session.linked("p", "r")
    assert session.changed("p.x = 2") == {"p", "q"}
    assert session.changed("n.y = 1") == {"m", "n"}
