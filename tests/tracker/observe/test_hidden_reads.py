"""Sessions that defeat a closure over names: what changes unseen must be in the touch set of the cell that changes it.
Each once without a look between the cells, and once with a look (an empty one: code is then found by inspection).
"""
import pytest

from tests.tracker.observe.conftest import touched

SESSIONS = {
    "class attribute through an instance": (["class A:\n  reg = []\n  def add(self, v): self.reg.append(v)", "a = A()"], "a.add(1)", "A"),
    "function in a dict": (["k = []", "def f(): k.append(1)", "h = {'go': f}", "del f"], "h['go']()", "k"),
    "function in a library object": (["k = []", "def f(x): k.append(1); return x", "import functools", "p = functools.partial(f)", "del f"], "p(1)", "k"),
    "hash of dict keys": (["log = []", "class K:\n  def __init__(s, v): s.v = v\n  def __hash__(s): log.append(1); return 1\n  def __eq__(s, o): return True", "d = {K(1): 1}"], "K(1) in d", "log"),
    "destructor": (["log = []", "class K:\n  def __del__(s): log.append(1)", "q = [K()]", "del K"], "q.clear()", "log"),
    "destructor of what is bound anew": (["log = []", "class K:\n  def __del__(s): log.append(1)", "q = [K()]", "del K"], "q = 1", "log"),
    "accessor": (["log = []", "class Frame: pass", "class G:\n  def __get__(s, o, t): log.append(1)\nimport types\ntypes.SimpleNamespace", "import string\nstring.Formatter.geo = G()", "del G", "x = string.Formatter()"], "x.geo", "log"),
    "builtins": (["k = []", "def f(): k.append(1)", "import builtins\nbuiltins.doit = f", "del f"], "doit()", "k"),
    "hook": (["k = []", "import warnings", "def f(*a): k.append(1)", "warnings.showwarning = f", "del f"], "warnings.warn('x')", "k"),
    "json default": (["k = []", "import json", "enc = json.JSONEncoder(default=lambda o: k.append(1))"], "enc.encode(object())", "k"),
    "missing key in a library class": (["k = []", "import collections\nclass D(collections.UserDict):\n  def __missing__(s, x): k.append(x)", "d = D()", "box = [d]"], "box[0]['q']", "k"),
    "generator": (["k = []", "def f():\n  while True: yield k.append(1)", "g = f()", "del f"], "next(g)", "k"),
    "bound method": (["k = []", "class A:\n  def go(s): k.append(1)", "m = A().go", "del A"], "m()", "k"),
    "property": (["k = []", "class A:\n  @property\n  def p(s): k.append(1)", "a = A()", "del A"], "a.p", "k"),
    "closure": (["k = []", "def make():\n  def inner(): k.append(1)\n  return lambda: inner()", "go = make()", "del make"], "go()", "k"),
    "decorated": (["k = []", "import functools\n@functools.lru_cache\ndef f(): k.append(1)"], "f()", "k"),
    "default argument": (["k = []", "def f(x=k): x.append(1)"], "f()", "k"),
    "metaclass": (["k = []", "class M(type):\n  def __call__(c): k.append(1)", "class A(metaclass=M): pass", "del M"], "A()", "k"),
    "base class": (["k = []", "class B:\n  def go(s): k.append(1)", "class A(B): pass", "a = A()", "del A, B"], "a.go()", "k"),
    "timer thread": (["k = []", "import threading", "t = threading.Thread(target=lambda: k.append(1))"], "t.start(); t.join()", "k"),
    "error handler of codecs": (["k = []", "import codecs", "f = lambda e: (k.append(1) or '', e.end)", "codecs.register_error('ferry-test', f)", "del f"], "b'\\xff'.decode('ascii', 'ferry-test')", "k"),
    "moved into a hook by the cell before": (["k = []", "import sys", "h = {'go': lambda *a: k.append(1)}", "sys.ferry_test_hook = h.pop('go')"], "sys.ferry_test_hook()", "k"),
}


@pytest.fixture(autouse=True)
def restored():
    import builtins, string, sys, warnings

    hook = warnings.showwarning
    yield
    warnings.showwarning = hook
    vars(builtins).pop("doit", None)
    vars(sys).pop("ferry_test_hook", None)
    if hasattr(string.Formatter, "geo"):
        del string.Formatter.geo


@pytest.mark.parametrize("looked", [False, True], ids=["at once", "after a look"])
@pytest.mark.parametrize("cells, last, changed", SESSIONS.values(), ids=SESSIONS)
def test_changed_is_touched(session, cells, last, changed, looked):
    session.cells(*cells)
    if looked:
        session.observer.learn(type("Look", (), {"components": []}))
    before = repr(vars(session.ns[changed]) if changed == "A" else session.ns[changed])
    record = session.run(last)
    after = repr(vars(session.ns[changed]) if changed == "A" else session.ns[changed])
    assert before != after, "the session does not do what it says"
    assert changed in touched(record) or record.door
    assert not record.door, session.observer.door_reason


def test_ambient_code_ends_with_its_holder(session):
    session.cells("k = []", "import sys", "def f(): return k", "sys.ferry_test_hook = f", "del f")
    assert "k" in session.run("z = 1").reads
    session.run("del sys.ferry_test_hook")
    session.run("z = 2")
    assert "k" not in session.run("z = 3").reads


def test_code_in_variables_is_not_ambient(session):
    session.cells("k = []", "def f(): return k", "h = {'a': [lambda: k]}", "class A:\n  def go(s): return k")
    assert session.run("z = 1").reads == []
    session.observer.learn(type("Look", (), {"components": []}))
    assert session.run("z = 1").reads == []


def test_escaped_components_belong_to_every_cell(session, component):
    session.run("log = []; k = []")
    session.learn(component(["log"], mentions=["k"], escaped=True))
    assert session.run("z = 1").reads == ["k", "log"]


def test_a_value_that_nobody_looked_at_and_is_too_large_is_a_door(session):
    session.run("x = 1")
    session.ns["big"] = [[i] for i in range(10**4)]
    assert session.run("big").door
    session.learn()
    assert not session.run("big").door
