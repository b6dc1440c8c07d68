"""Fingerprints: equal in another process, different after each change, blind to caches, honest about what they miss."""

import json
import os
import subprocess
import sys

import pytest

from tests.tracker.objects import values

VALUES = {**values.VALUES, **values.UNSTORABLE}

# Prints {name: fingerprint} of all values, after allocations that move every address.
OTHER_PROCESS = """
import json, random, sys
from kernelferry import _ferry
from tests.tracker.objects import values
VALUES = {**values.VALUES, **values.UNSTORABLE}
seed = int(sys.argv[1])
ballast = [[i] * (i % 7) for i in range(seed * 1000)]
names = list(VALUES)
random.Random(seed).shuffle(names)
result = {}
for name in names:
    namespace = {"__name__": "__main__"}
    exec(compile("\\n" * seed + VALUES[name][0], f"<cell {seed}>", "exec"), namespace)
    result[name] = _ferry.Walker(namespace).fingerprint(namespace["x"])[0]
    ballast.append([namespace if seed % 2 else None])
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def processes():
    def run(seed):
        env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", OTHER_PROCESS, str(seed)], env=env, check=True, capture_output=True)
        return json.loads(done.stdout)
    return run(1), run(6)


@pytest.mark.parametrize("name", VALUES)
def test_equal_in_another_process(processes, name):
    one, other = processes
    assert one[name] == other[name]


@pytest.mark.parametrize("name", [n for n in VALUES if VALUES[n][1]])
def test_differs_after_a_change(session, name):
    code, change = VALUES[name]
    before, opaque = session.run(code).fingerprint("x")
    assert opaque == ""
    assert session.fingerprint("x")[0] == before
    assert session.run(change).fingerprint("x")[0] != before


CACHES = {
    "frame": ("import pandas as pd; x = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1., 2.]})",
              "x.describe(); len(x); repr(x); x._repr_html_(); x.groupby('b').sum(); x['a']; x.a; x.loc[0]; x.index.get_loc(1); x.T"),
    "index": ("import pandas as pd; x = pd.Index(['b', 'a'])", "x.get_loc('a'); x.is_unique; x.sort_values(); repr(x)"),
    "index of dates": ("import pandas as pd; x = pd.date_range('1980', periods=5, tz='UTC')",
                       "x.is_unique; x.get_loc(x[1]); list(x); repr(x); x.year; x.get_indexer(x[1:]); pd.Series(1, x).loc['1980']"),
    "forest": (VALUES["forest"][0], "x.predict(np.zeros((1, 2))); repr(x)"),
    "function": ("def x(a: int, b=1): return a + b", "x.__annotations__; x.__dict__; [x(i) for i in range(500)]"),
    "method": ("class K:\n def m(self): return 1\nx = K()", "[x.m() for i in range(500)]; vars(x)"),
    "class": ("class x: __slots__ = ('a',)", "import copyreg; copyreg._slotnames(x)"),
    "instance": ("class K: pass\nx = K(); x.a = 1", "vars(x); len(x.__dict__)"),
    "abstract class": ("import abc\nclass x(abc.ABC): pass", "isinstance(3, x); issubclass(int, x)"),
    "path": ("import pathlib; x = pathlib.PurePath('a/b')", "str(x); hash(x); x.parts"),
    "str": ("x = ['caf\\xe9 of more']", "hash(x[0]); x[0].encode()"),
    "exception": ("x = OSError(2, 'no')", "vars(x); str(x)"),
    "date": ("import datetime; x = datetime.datetime(2020, 1, 1)", "hash(x); str(x)"),
}


@pytest.mark.parametrize("code, use", CACHES.values(), ids=CACHES)
def test_caches_are_invisible(session, code, use):
    before = session.run(code).fingerprint("x")
    session.run(use)
    assert session.fingerprint("x") == before


def test_what_else_holds_an_object_does_not_matter(session):
    session.run("import numpy as np\nx = [[1], 'some text', (1, 2), np.arange(3), {1: []}]")
    before = session.fingerprint("x")
    held = [session.namespace["x"], *session.namespace["x"], *session.namespace["x"][4].values()]
    assert session.fingerprint("x") == before and held


def test_an_array_that_stands_for_its_memory_equals_a_copy(session):
    session.run("import numpy as np\nx = np.arange(20.).reshape(4, 5)[::2, 1:4]\ny = np.ascontiguousarray(x)")
    assert session.fingerprint("x") == session.fingerprint("y")


SEEN_FROM_OUTSIDE = {
    "view": ("x = np.arange(20.)[2:9]", "x.base"),
    "dict of one view": ("x = {'v': np.arange(20.).reshape(4, 5).T}", "x['v'].base"),
    "two views of one array": ("m = np.arange(20.); x = [m[:9], m[5:]]; del m", "x[0].base"),
    "view of a view": ("x = np.ma.masked_array(np.arange(9.), 3 * [0, 1, 0])[2:]", "x.base"),
    "objects": ("x = np.array([[], {}, 'a'], object)[1:]", "x.base"),
    "bytes of others": ("x = np.frombuffer(bytearray(64), 'f8')", "memoryview(x.base)"),
}


@pytest.mark.parametrize("code, base", SEEN_FROM_OUTSIDE.values(), ids=SEEN_FROM_OUTSIDE)
def test_who_else_holds_the_memory_of_a_view_does_not_matter(session, code, base):
    before = session.run(f"import numpy as np; {code}").fingerprint("x")
    session.namespace["_held"] = eval(base, session.namespace)
    garbage = [session.namespace["_held"]]
    garbage.append(garbage)
    assert session.fingerprint("x") == before


def test_memory_is_shared_where_the_session_can_see_it(session):
    """Alone a view equals its items; with its base, or with another view of it, it does not equal two copies."""
    session.run("import numpy as np; a = np.arange(20.); x = [a[:9], a]; y = [a[:9].copy(), a.copy()]; v, w = a[2:9], a[5:]; p, q = v.copy(), w.copy()")
    assert session.fingerprint("x") != session.fingerprint("y")
    shared = session.look()["v"]
    assert shared.names == ["a", "v", "w", "x"]
    session.run("del a, x")
    assert session.look()["v"].names == ["v", "w"]
    before = session.look()["v"].fingerprint
    assert session.run("v, w = p, w").look()["v"].fingerprint != before
    session.run("h = np.arange(6.); k = {'view': h[1:]}; k['base'] = h; del h")
    alone = session.run("z = {'view': k['view']}").fingerprint("z")
    assert session.run("z['view'] = z['view'].copy()").fingerprint("z") == alone
    both = session.run("z = dict(k)").fingerprint("z")
    assert session.run("z['base'] = z['base'].copy()").fingerprint("z") != both


def test_the_order_of_a_set_is_state_where_hashes_are(session):
    session.run("x = {8, 0}; y = {0, 8}; z = set(range(10000)); w = set(reversed(range(10000)))")
    assert list(session.namespace["x"]) != list(session.namespace["y"]) and session.fingerprint("x") != session.fingerprint("y")
    assert session.fingerprint("z") == session.fingerprint("w")
    assert session.changed("z.discard(5); z.add(5)") == set()  # into the same slot
    assert session.changed("z.discard(5)") == session.changed("z.add(10000)") == session.changed("z.pop()") == {"z"}
    session.run("a = {'x', 'y'}; b = {None, 'x', 'y'}")
    assert session.changed("a.add('z'); a.remove('z')") == {"a"}
    assert session.changed("b.add('z'); b.remove('z')") == set()  # None hashes by address: no order to keep


def test_comments_and_places_say_nothing(session):
    session.run("def f():\n return 1")
    before = session.fingerprint("f")
    session.run("# comment\n\ndef f():\n  # another\n  return 1")
    assert session.fingerprint("f") == before


OPAQUE = {
    "digest": ("import hashlib; x = {'w': hashlib.md5()}", "_hashlib.HASH at x['w']"),
    "coroutine": ("async def f(): pass\nx = [0, f()]", "builtins.coroutine at x[1]"),
    "file": ("class K: pass\nx = K(); x.f = open('/dev/null')", "_io.FileIO at x.f[0][0]"),
    "connection": ("import sqlite3; x = sqlite3.connect(':memory:'); x.create_function('f', 0, int)", "sqlite3.Connection at x"),
    "weak set": ("import weakref\nclass K: pass\nk = K(); x = weakref.WeakSet([k])", "_weakrefset.WeakSet at x"),
    "cache": ("import functools\nclass K: pass\n@functools.lru_cache\ndef x(a): return K()\nx(1)", "kernelferry.objects.caches.Unseen at x[2]"),
    "mapped file": ("import numpy as np, tempfile\nt = tempfile.NamedTemporaryFile()\n"
                    "x = np.memmap(t.name, 'u1', 'w+', shape=8)", "numpy.memmap at x"),
    "over a mapped file": ("import numpy as np, mmap\nm = mmap.mmap(-1, 8); x = np.frombuffer(m, 'u1'); del m", "memory-mapped file at x"),
    "figure": ("import matplotlib; matplotlib.use('agg')\nfrom matplotlib.figure import Figure\nx = Figure()",
               "matplotlib.figure.Figure at x"),
    "C data": ("import ctypes\nclass S(ctypes.Structure): _fields_ = [('a', ctypes.c_int)]\nx = S(1)", "__main__.S at x"),
    "task": ("async def f(): pass\nx = f()", "builtins.coroutine at x"),
    "frame": ("import sys\nx = [sys._getframe()]", "frame at x[0]"),
}


@pytest.mark.parametrize("code, why", OPAQUE.values(), ids=OPAQUE)
def test_opaque_objects_are_named_with_their_path(session, code, why):
    assert session.run(code).look()["x"].opaque == why
