"""Cells that change what they do not name: a look must find each change, in the component it belongs to."""

import ctypes

import pytest

from kernelferry import _ferry
from kernelferry.objects import caches

HIDDEN = {
    "registry of a class": ("class A:\n reg = []\n def add(self, v): self.reg.append(v)\na = A()", "a.add(1)", {"A"}),
    "global of a stored function": ("k = []\ndef f(): k.append(1)\nh = {'go': f}\ndel f", "h['go']()", {"k"}),
    "global of a function in a library object": (
        "from sklearn.preprocessing import FunctionTransformer\nimport numpy as np\nL = []\n"
        "def f(v):\n L.append(1)\n return v\np = FunctionTransformer(f)", "p.transform(np.ones((1, 1)))", {"L"}),
    "log of a __hash__": ("log = []\nclass K:\n def __hash__(self): log.append(1); return 1\nd = {K(): 1}", "e = [hash(k) for k in d]; del e", {"log"}),
    "log of a __del__": ("log = []\nclass K:\n def __del__(self): log.append(1)\nq = [K()]", "q.clear()", {"log", "q"}),
    "behind a builtin": ("import builtins\nk = []\ndef f(): k.append(1)\nbuiltins.ferry_f = f; del f", "ferry_f()", {"k"}),
    "encoder's callback": ("import json\nL = []\nenc = json.JSONEncoder(default=lambda o: L.append(1))", "enc.encode({1})", {"L"}),
    "missing key": ("import collections\nlog = []\nclass D(collections.UserDict):\n def __missing__(self, k): log.append(k)\n"
                    "d = D(); box = [d]", "box[0]['q']", {"log"}),
    "a thread": ("import threading\nL = []", "t = threading.Thread(target=L.append, args=(1,)); t.start(); t.join(); del t", {"L"}),
    "callback of a connection": ("import sqlite3\ncon = sqlite3.connect(':memory:'); acc = []\n"
                                 "con.set_trace_callback(acc.append)", "con.execute('select 1').fetchall()", {"acc", "con"}),
    "the namespace dict": ("k = 0; g = globals()", "g['k'] = 1", {"k"}),
    "a closure": ("def make():\n n = [0]\n def up(): n[0] += 1\n return up\nup = make(); u = {'f': up}", "u['f']()", {"up"}),
    "warm start": ("import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier as R\nX = np.arange(8.).reshape(4, 2)\n"
                   "rf = R(2, warm_start=True, random_state=0).fit(X, [0, 1, 0, 1])", "rf.n_estimators = 3; rf.fit(X, [0, 1, 0, 1])", {"rf"}),
    "a view": ("import numpy as np\na = np.zeros(9); v = a[2:4]; other = np.zeros(9)", "v += 1", {"a", "v"}),
    "redefinition": ("class P: pass\np = P()", "class P: pass", {"P"}),
    "another class of one name": ("class P: pass\nQ = P\nclass P: pass\np = P()", "p.__class__ = Q", {"p"}),
    "a function of one name": ("def make():\n def f(): pass\n return f\na, b = make(), make(); h = [a]", "h[0] = b", {"h"}),
    "identity of an immutable": ("t = (1000, 'x y'); u = [t]", "u[0] = (1000, 'x y')", {"t", "u"}),
}


@pytest.mark.parametrize("setup, cell, changed", HIDDEN.values(), ids=HIDDEN)
def test_hidden_changes_are_found(session, setup, cell, changed):
    found = session.run(setup).changed(cell)
    assert changed <= found <= changed | {"K"}


def test_an_exception_does_not_tie_the_session_together(session):
    session.run("a = [1]\ntry: a[5]\nexcept IndexError as e: err = e")
    assert not session.linked("a", "err")


def test_copy_on_write_frames_travel_together(session):
    assert session.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]}); df2 = df[:]").linked("df", "df2")


def test_user_code_never_runs(session):
    session.run("""
log = []
class K:
    def __reduce__(self): log.append('reduce'); return (K, ())
    def __reduce_ex__(self, p): log.append('reduce_ex'); return (K, ())
    def __getstate__(self): log.append('getstate'); return {}
    def __eq__(self, o): log.append('eq'); return True
    def __hash__(self): log.append('hash'); return 1
    def __getattr__(self, n): log.append('getattr'); raise AttributeError(n)
    def __getattribute__(self, n): log.append('getattribute'); return object.__getattribute__(self, n)
    def __iter__(self): log.append('iter'); return iter(())
    def __len__(self): log.append('len'); return 0
    def __bool__(self): log.append('bool'); return True
    def __repr__(self): log.append('repr'); return ''
    def __del__(self): log.append('del')
import collections, datetime, random
class O(K, collections.OrderedDict): pass
class D(K, dict): pass
class T(K, datetime.date): pass
class R(K, random.Random): pass
o, d, t, r, k = O(), D(), T(2020, 1, 1), R(), K()
s = {k}
log.clear()
""")
    assert session.look()["log"].objects == 1
    assert session.namespace["log"] == []


def test_a_stop_ends_a_look_that_ends_with_a_reduced_value(session):
    session.run("z = (i for i in ())")
    flag = ctypes.c_bool(True)
    _ferry.watch_stop(ctypes.addressof(flag), -1)
    try:
        assert session.walker.look(["z"]) is None
    finally:
        _ferry.watch_stop(0, -1)


def test_a_stop_ends_a_look_and_the_next_one_is_whole(session):
    session.run("x = [[i] for i in range(100000)]")
    before = session.look()["x"].fingerprint
    flag = ctypes.c_bool(True)
    _ferry.watch_stop(ctypes.addressof(flag), -1)
    try:
        assert session.walker.look(["x"]) is None
        flag.value = False
        assert session.look()["x"].fingerprint == before
    finally:
        _ferry.watch_stop(0, -1)


def test_a_stop_ends_the_question_what_a_function_remembers(session, monkeypatch):
    session.run("import functools\n@functools.cache\ndef f(x): return [x]\nfor x in range(5000): f(x)")
    before, asked = session.look()["f"].fingerprint, []
    flag, call = ctypes.c_bool(False), caches._call

    def counted(*key):
        flag.value = True
        asked.append(key)
        return call(*key)

    monkeypatch.setattr(caches, "_call", counted)
    _ferry.watch_stop(ctypes.addressof(flag), -1)
    try:
        assert session.walker.look(["f"]) is None and len(asked) < 1000
        monkeypatch.undo()
        flag.value = False
        assert session.look()["f"].fingerprint == before
    finally:
        _ferry.watch_stop(0, -1)
