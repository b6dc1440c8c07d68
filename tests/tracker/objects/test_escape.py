"""Components that are held from outside the namespace."""

import ctypes
import gc
import types

import pytest

from kernelferry import _ferry

ESCAPED = {
    "module attribute": "import json\nL = []; json.ferry_x = L",
    "thread argument": "import threading\nstop = threading.Event(); L = []\n"
                       "t = threading.Thread(target=lambda q: stop.wait(), args=(L,), daemon=True); t.start(); del t",
    "logging handler": "import logging\nclass H(logging.Handler):\n def emit(self, r): self.L.append(r)\n"
                       "L = []; h = H(); h.L = L; logging.getLogger('ferry').addHandler(h)",
    "signal handler": "import signal\nL = []\n"
                      "signal.signal(signal.SIGUSR1, lambda *a, L=L: L.append(1))",
    "finalizer": "import weakref\nclass K: pass\no = K(); L = []; weakref.finalize(o, L.append, 1)",
    "attribute of a library class": "import http.client\nL = []; http.client.HTTPMessage.ferry = L",
    "exit handler": "import atexit\nL = []; atexit.register(L.append, 1)",
    "function at exit": "import atexit\ndef L(): pass\natexit.register(L)",
    "method of a library class": "import http.client\ndef L(self): pass\nhttp.client.HTTPMessage.ferry_go = L",
}

ORDINARY = {
    "list": "L = [[1], [2]]",
    "dict of lists": "L = {i: [i] for i in range(10)}",
    "twice in a list": "x = []; L = [x, x]",
    "instances": "class K:\n def __init__(self): self.x = []\nL = [K() for i in range(5)]",
    "slots": "class K:\n __slots__ = ('x',)\n def __init__(self): self.x = []\nL = [K() for i in range(5)]",
    "vars taken": "class K: pass\nL = K(); L.x = []; vars(L)",
    "cycle": "L = []; L.append(L)",
    "closure": "def make():\n d = []\n def f(): return d\n return f\nL = make()",
    "array": "import numpy as np\nL = np.arange(10.)",
    "view": "import numpy as np\na = np.arange(10.); L = a[2:4]",
    "frame": "import pandas as pd\nL = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1., 2.]})",
    "described frame": "import pandas as pd\nL = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\n"
                       "L.describe(); L.groupby('b').sum()\nimport gc; gc.collect()",
    "series": "import pandas as pd\nL = pd.Series([1, 2], index=['a', 'b'])",
    "estimator": "from sklearn.linear_model import LinearRegression\nimport numpy as np\n"
                 "L = LinearRegression().fit(np.ones((4, 2)), np.ones(4))",
    "forest": "from sklearn.ensemble import RandomForestClassifier\nimport numpy as np\n"
              "L = RandomForestClassifier(3).fit(np.arange(8.).reshape(4, 2), [0, 1, 0, 1])",
    "deque": "import collections\nL = collections.deque([[1], [2]])",
    "default dict": "import collections\nL = collections.defaultdict(list); L['a'].append(1)",
    "partial": "import functools\nx = []; L = functools.partial(print, x)",
    "function": "def helper(): pass\ndef L(): return helper()",
    "method": "class K:\n def go(self): pass\nL = K().go",
    "decorated function": "import functools\ndef deco(f):\n @functools.wraps(f)\n def g(): return f()\n return g\n@deco\ndef L(): pass",
    "bound under an underscore": "L = []; _ = L; _3 = L; _oh = {3: L}",
}


@pytest.mark.parametrize("code", ESCAPED.values(), ids=ESCAPED)
def test_held_from_outside(session, code):
    session.run("del_me = 0")
    session.look()  # modules as they are before the cell
    session.run(code)
    assert session.look()["L"].escaped


@pytest.mark.parametrize("code", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_data_is_not_flagged(session, code):
    session.run(code)
    assert not session.look()["L"].escaped


def test_holders_are_named(session):
    import logging
    session.run("import logging\nL = []; K = []")
    session.look()
    logging.ferry_held = session.namespace["L"]
    try:
        c = session.look()
        assert c["L"].escaped and not c["K"].escaped
        assert "logging.ferry_held" in session.walker.holders([c["L"]])[0]
    finally:
        del logging.ferry_held


def test_holders_of_several_are_asked_for_at_once_and_a_stop_ends_the_question(session):
    import logging, string
    session.run("L = []; K = []")
    session.look()
    logging.ferry_held, string.ferry_held = session.namespace["L"], session.namespace["K"]
    flag = ctypes.c_bool(True)
    try:
        c = session.look()
        _ferry.watch_stop(ctypes.addressof(flag), -1)
        assert session.walker.holders([c["L"], c["K"]]) is None
        flag.value = False
        assert session.walker.holders([c["L"], c["K"]]) == [["logging.ferry_held"], ["string.ferry_held"]]
    finally:
        _ferry.watch_stop(0, -1)
        del logging.ferry_held, string.ferry_held


def test_a_class_is_no_holder_of_its_own_methods(session):
    import logging
    session.run("class K:\n def go(self): pass\nL = K()")
    session.look()
    logging.ferry_held = session.namespace["K"].go  # held from outside, so that holders are looked for
    try:
        c = session.look()
        assert session.walker.holders([c["K"]])[0] == ["logging.ferry_held"]
    finally:
        del logging.ferry_held


def test_what_a_figure_is_made_of_is_no_holder_of_it(session):
    session.run("import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt; from matplotlib.lines import Line2D; import threading\n"
                "fig, ax = plt.subplots(); ax.plot([1, 2]); L = [fig]; _other = plt.figure()")  # shares lists of rcParams
    component = session.look()["fig"]
    assert component.escaped
    words = session.walker.holders([component])[0]
    assert not [holder for holder in words if holder.startswith("matplotlib.") and not holder.startswith("matplotlib.rcParams")]
    assert "class matplotlib.markers.MarkerStyle._tickhoriz_path" in words  # a constant that its ticks share
    session.run("Line2D.mine = L")
    try:
        words = session.walker.holders([session.look()["fig"]])[0]
        assert "matplotlib.lines.Line2D.mine" in words
    finally:
        session.run("del Line2D.mine; plt.close('all')")


def test_a_class_of_a_library_that_got_an_attribute_is_a_holder(session):
    session.run("import string; L = []; K = {}")
    session.look()
    session.run("string.Formatter.found = L; string.Template.found = K")
    try:
        c = session.look()
        assert session.walker.holders([c["L"]])[0] == ["string.Formatter.found"]
        assert session.walker.holders([c["K"]])[0] == ["string.Template.found"]
    finally:
        session.run("del string.Formatter.found, string.Template.found")


def test_what_waits_for_the_collector_holds_nothing(session, monkeypatch):
    def in_a_circle(what):
        holder, fields = types.SimpleNamespace(what=what), {}
        holder.fields, fields["holders"] = fields, [holder]
        return holder

    session.run("L = []; K = []; M = []")
    session.look()
    gc.disable()
    try:
        in_a_circle(session.namespace["L"])
        monkeypatch.setattr(types, "ferry_held", [in_a_circle(session.namespace["K"])], raising=False)
        of_a_function = iter([in_a_circle(session.namespace["M"]).fields])
        c = session.look()
        assert all(c[name].escaped for name in "LKM")
        of_kind = ["types.SimpleNamespace.what"]
        assert session.walker.holders([c[name] for name in "LKM"]) == [of_kind, of_kind, of_kind]
        assert session.walker.holders([c[name] for name in "LKM"], waiting=False) == [[], of_kind, of_kind]
        del of_a_function
    finally:
        gc.enable()
