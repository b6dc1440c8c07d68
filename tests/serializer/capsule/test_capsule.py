"""Each item of process state comes back, and what cannot is named."""
import re

import pytest

from tests.serializer.capsule.journey import journey, side

CASES = {
    "cwd": (["import os; os.mkdir('sub'); os.chdir('sub')"], ["__import__('os').getcwd()"]),
    "environ": (["import os; os.environ['COLOUR'] = 'red'; del os.environ['PATH']"],
                ["__import__('os').environ.get('COLOUR')", "'PATH' in __import__('os').environ"]),
    "sys.path": (["import sys; sys.path.insert(0, '/nowhere')"], ["__import__('sys').path"]),
    "timezone": (["import os, time; os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()"],
                 ["__import__('time').tzname", "__import__('time').localtime(0).tm_hour"]),
    "locale": (["import locale; locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')"],
               ["__import__('locale').setlocale(__import__('locale').LC_ALL)"]),
    "umask": (["import os; _ = os.umask(0o27)"], ["__import__('os').umask(0o27)"]),
    "limits": (["import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (77, r.getrlimit(r.RLIMIT_NOFILE)[1]))",
                "import sys; sys.setrecursionlimit(2345); sys.setswitchinterval(0.25)",
                "import threading; threading.stack_size(1 << 20)"],
               ["__import__('resource').getrlimit(__import__('resource').RLIMIT_NOFILE)", "__import__('sys').getrecursionlimit()",
                "__import__('sys').getswitchinterval()", "__import__('threading').stack_size()"]),
    "random": (["import random; random.seed(7); random.random()"], ["__import__('random').random()"]),
    "numpy.random": (["import numpy as np; np.random.seed(3); np.random.normal(size=3)"],
                     ["__import__('numpy').random.normal(size=5).tolist()"]),
    "numpy.options": (["import numpy as np; np.set_printoptions(precision=2, suppress=True); np.seterr(divide='raise')"],
                      ["str(__import__('numpy').array([1.23456, 1e-9]))", "__import__('numpy').geterr()"]),
    "pandas.options": (["import pandas as pd; pd.set_option('display.max_rows', 7)\npd.options.display.precision = 3"],
                       ["__import__('pandas').get_option('display.max_rows')", "__import__('pandas').options.display.precision"]),
    "decimal": (["import decimal; decimal.getcontext().prec = 5; decimal.getcontext().traps[decimal.Inexact] = False",
                 "decimal.Decimal(1) / 3"],
                ["__import__('decimal').getcontext()", "__import__('decimal').Decimal(1) / 7"]),
    "warnings": (["import warnings; warnings.filterwarnings('error', 'no .* more', UserWarning)"],
                 ["__import__('warnings').filters[0]", "len(__import__('warnings').filters)"]),
    "sys.argv": (["import sys; sys.argv.append('--mine')", "sys.argv += ['5']"], ["__import__('sys').argv[-2:]"]),
    "logging": (["import logging; logging.getLogger('my.part').setLevel(13); logging.disable(5)"],
                ["__import__('logging').getLogger('my.part').level", "__import__('logging').root.manager.disable"]),
    "settings": (["import sklearn, mpmath, csv, logging, mimetypes, xml.etree.ElementTree as ET",
                  "sklearn.set_config(transform_output='pandas'); mpmath.mp.dps = 40; csv.register_dialect('mine', delimiter='|')",
                  "logging.addLevelName(15, 'CHATTY'); mimetypes.add_type('text/mine', '.mine'); ET.register_namespace('my', 'urn:mine')"],
                 ["__import__('sklearn').get_config()", "__import__('mpmath').mp.dps", "__import__('csv').get_dialect('mine').delimiter",
                  "__import__('csv').list_dialects()", "__import__('logging').getLevelName(15)", "__import__('mimetypes').guess_type('a.mine')",
                  "__import__('xml.etree.ElementTree').etree.ElementTree._namespace_map['urn:mine']"]),
    "matplotlib": (["import matplotlib.pyplot as plt; plt.rcParams['lines.linewidth'] = 9\nplt.figure(4).add_subplot().plot([1, 2])\nplt.figure(2)\nplt.figure(4);"],
                   ["__import__('matplotlib').rcParams['lines.linewidth']", "__import__('matplotlib.pyplot').pyplot.get_fignums()",
                    "__import__('matplotlib.pyplot').pyplot.gcf().number",
                    "__import__('matplotlib.pyplot').pyplot.gca().lines[0].get_ydata().tolist()"]),
    "builtins": (["import builtins\ndef twice(x): return 2 * x + offset\noffset = 1\nbuiltins.twice = twice\ndel twice"],
                 ["__import__('builtins').twice(4)"], ["offset = 1"]),
    "signals": (["import signal\nseen = []\ndef note(number, frame): seen.append(number)\nsignal.signal(signal.SIGUSR1, note)\nsignal.signal(signal.SIGUSR2, signal.SIG_IGN)"],
                ["__import__('signal').getsignal(10) is note", "__import__('signal').getsignal(12)"],
                ["seen = []\ndef note(number, frame): seen.append(number)"]),
    "finders": (["import sys\nclass Finder:\n    @classmethod\n    def find_spec(cls, *_): return None\nsys.meta_path.insert(1, Finder)\ndel sys.path_hooks[0]"],
                ["__import__('sys').meta_path[1] is Finder", "len(__import__('sys').meta_path)", "[hook.__name__ for hook in __import__('sys').path_hooks]"],
                ["import sys\nclass Finder:\n    @classmethod\n    def find_spec(cls, *_): return None\nsys.meta_path.append(Finder)"]),
    "ipython": (["from IPython import get_ipython\ndef shout(line): return line.upper()\nget_ipython().register_magic_function(shout)",
                 "%alias_magic t timeit", "%alias there echo %s",
                 "%precision 3\n%config InteractiveShell.ast_node_interactivity = 'all'\n%xmode Plain",
                 "class P: pass\nget_ipython().display_formatter.formatters['text/plain'].for_type(P, lambda p, pp, c: pp.text('<<P>>'))"],
                ["get_ipython().run_line_magic('shout', 'hey')", "get_ipython().alias_manager.get_alias('there')",
                 "get_ipython().display_formatter.format(P())[0]", "get_ipython().display_formatter.format(1 / 3)[0]",
                 "get_ipython().ast_node_interactivity, get_ipython().InteractiveTB.mode"], ["def shout(line): return line.upper()\nclass P: pass"]),
}


@pytest.mark.parametrize("name", CASES)
def test_item_comes_back(name, tmp_path):
    cells, expressions, *loaded = CASES[name]
    saved, back = journey(tmp_path, cells, expressions, *loaded)
    assert name in saved["items"]
    assert [result for result in back["applied"] if not result[1]] == []
    assert back["again"] == back["applied"]
    assert back["values"] == saved["values"]


def test_unchanged_session_captures_nothing(tmp_path):
    saved, back = journey(tmp_path, ["x = 1", "y = x + 1"], ["x"], ["x = 1"], history=False)
    assert saved["items"] == {}
    assert back["applied"] == []


def test_annotations_of_variables(tmp_path):
    cells = ["class T: pass", "a: T = T()\nb: 'list[T]' = []"]
    saved, back = journey(tmp_path, cells, ["__annotations__['a'] is T", "__annotations__['b']"], ["class T: pass"])
    assert saved["values"] == back["values"] == ["True", "'list[T]'"]


def test_secrets_stay_out_and_are_named(tmp_path):
    cells = ["import os; os.environ['API_TOKEN'] = 'hush'[::-1] + 'hush'; os.environ['PLAIN'] = 'p'"]
    saved, back = journey(tmp_path, cells, ["__import__('os').environ.get('API_TOKEN')"])
    assert b"hsuhhush" not in (tmp_path / "items").read_bytes()
    assert "API_TOKEN" in saved["items"]["environ"]
    (environ,) = [r for r in back["applied"] if r[0] == "environ"]
    assert not environ[1] and "API_TOKEN" in environ[2]


def test_variables_that_were_set_to_what_they_had_are_those_of_the_session_on_another_host(tmp_path, monkeypatch):
    names = ("FERRYTEST_WORD", "FERRYTEST_DIGIT", "FERRYTEST_PUT_BACK", "FERRYTEST_READ", "FERRYTEST_GONE")
    for name, value in zip(names, ("word", "1", "word", "word", "word")):
        monkeypatch.setenv(name, value)
    case = {"cells": ["import os; os.environ['FERRYTEST_WORD'] = 'word'; os.environ['FERRYTEST_DIGIT'] = '1'; os.environ['FERRYTEST_READ']",
                      "del os.environ['FERRYTEST_GONE']"],
            "expressions": [], "loaded": [], "history": True}
    saved = side("save", str(tmp_path / "items"), case, tmp_path)
    assert saved["items"]["environ"] == "FERRYTEST_DIGIT, FERRYTEST_WORD, -FERRYTEST_GONE"
    case["cells"] += ["from unittest import mock\nwith mock.patch.dict(os.environ): pass"]
    assert side("save", str(tmp_path / "items"), case, tmp_path)["items"]["environ"] == "FERRYTEST_DIGIT, FERRYTEST_READ, FERRYTEST_WORD, -FERRYTEST_GONE"
    for name in names:
        monkeypatch.delenv(name)
    case["expressions"] = [f"__import__('os').environ.get({name!r})" for name in names]
    back = side("load", str(tmp_path / "items"), case, tmp_path)
    assert back["values"] == ["'word'", "'1'", "None", "'word'", "None"]
    assert back["items"]["environ"].endswith("-FERRYTEST_GONE")  # also where this host has none


def test_figures_reached_from_variables_stay_those_objects(tmp_path):
    cells = ["import matplotlib.pyplot as plt", "fig, axs = plt.subplots(1, 2, num=3)", "ax = plt.figure(5).add_subplot()", "plt.figure(3);"]
    loaded = ["import matplotlib.pyplot as plt, pickle",
              "fig, axs = pickle.loads(pickle.dumps(plt.subplots(1, 2)))\nax = pickle.loads(pickle.dumps(plt.figure().add_subplot()))\n"
              "plt.close(1); plt.close(3)"]
    expressions = ["plt.get_fignums()", "plt.gcf() is fig", "plt.figure(5) is ax.figure", "plt.figure(3) is axs[0].figure"]
    saved, back = journey(tmp_path, cells, expressions, loaded)
    assert saved["values"] == back["values"] == ["[3, 5]", "True", "True", "True"]


def test_lost_handlers_are_named(tmp_path):
    cells = ["import logging, io; logging.basicConfig(level=15, stream=io.StringIO())"]
    _, back = journey(tmp_path, cells, ["__import__('logging').root.level"])
    (logging,) = [r for r in back["applied"] if r[0] == "logging"]
    assert not logging[1] and "root" in logging[2]
    assert back["values"] == ["15"]


OPENED = ["n = open('some.txt', 'w').fileno; k = (taken := open('other.txt', 'w')).fileno()", "import duckdb, polars, sqlite3"]


@pytest.mark.parametrize("cells, named", [
    (["pipe = 'x'; 'text'.pipe if k is None else k; create_function = set_random_seed = None  # os.pipeline"], []),
    (["import os as system", "system.pipe() and None"], ["descriptor k"]),
    (["from os import memfd_create as made", "made('x') and None"], ["descriptor k"]),
    (["duckdb.create_function if k is None else k", "polars.set_random_seed(3)"], ["generator of polars", "functions of duckdb's own connection"]),
])
def test_descriptors_and_functions_are_named_where_cells_speak_of_these_and_not_of_words_like_them(cells, named, tmp_path):
    saved, back = journey(tmp_path, OPENED + cells, [], ["k = 0"])
    reason = "".join(why for item, _ok, why in back["applied"] if item == "switches")
    assert re.findall("(?:^|; )([^;]*) is not restored", reason) == named


def test_finder_that_cannot_come_back_is_named(tmp_path):
    cells = ["import sys\nclass Finder:\n    def __reduce__(self): raise TypeError('not me')\nsys.meta_path.append(Finder())"]
    _, back = journey(tmp_path, cells, [], ["class Finder: pass"])
    assert ["finders", False, "finder __main__.Finder of sys.meta_path is not restored: __main__.Finder (TypeError: not me)"] in back["applied"]
