"""Each item of process state, captured in one process and applied in a fresh one."""
import json
import os
import pathlib
import pickle
import re
import subprocess
import sys

import pytest
from kernelferry.capsule import together

SIDE = pathlib.Path(__file__).with_name("side.py")


def side(which, file, case, folder):
    env = {**os.environ, "MPLBACKEND": "Agg", "PYTHONWARNINGS": ""}
    done = subprocess.run([sys.executable, SIDE, which, file], input=json.dumps(case), text=True, cwd=folder, env=env,
                          capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def journey(folder, cells, expressions, loaded=(), history=True):
    """(what was saved, what was loaded)"""
    case = {"cells": cells, "expressions": expressions, "loaded": list(loaded), "history": history}
    file = str(folder / "items")
    saved = side("save", file, case, folder)
    return saved, side("load", file, case, folder)


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


def test_history_outputs_and_counter(tmp_path):
    cells = ["a = [1, 2]", "a", "(a, 'same')", "{'alone': [3]}", "7 * 6", "b = 1"]
    expressions = ["In", "Out[2] is a", "Out[3][0] is a", "_4", "Out", "_, __, ___", "_i5, _i", "get_ipython().execution_count"]
    saved, back = journey(tmp_path, cells, expressions, ["a = [1, 2]\nb = 1"])
    assert set(saved["items"]) == {"In", "Out", "execution_count"}
    assert back["values"] == saved["values"]
    assert back["values"][1:3] == ["True", "True"]


def test_outputs_that_cannot_be_kept_are_named_and_cost_no_others(tmp_path):
    saved, back = journey(tmp_path, ["(i for i in 'ab')", "[5]"], ["Out[2]"])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    assert not out[1] and "Out 1 is not restored" in out[2] and "generator" in out[2]
    assert back["values"] == ["[5]"]


def test_outputs_that_shared_with_what_is_not_there_cost_no_others(tmp_path):
    cells = ["a = [1]; d = {'in': [3]}; s = {'in': [4]}", "a", "d['in']", "[5]", "(6, [d['in'], s['in']])", "[s['in'], 7]", "memoryview(b'8')"]
    saved, back = journey(tmp_path, cells, ["Out[4]", "Out[6]", "Out[6][0] is s['in']", "Out[7].tobytes()", "sorted(Out)", "_6"], ["d = {}; s = {'in': [4]}"])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    moved = "LookupError: it shared an object with the variable d, which does not hold it any more"
    assert out[2] == f"Out 2 is not restored: LookupError: the variable a is not there; Out 3 is not restored: {moved}; Out 5 is not restored: {moved}"
    assert back["values"] == ["[5]", "[[4], 7]", "True", "b'8'", "[4, 6, 7]", "[[4], 7]"]


def test_outputs_that_cannot_be_loaded_cost_no_others(tmp_path):
    bad = "class Bad(Exception):\n    def __init__(self, a, b): super().__init__(a)"
    cells = [f"{bad}\nshared = [1]; bad = Bad(2, 3)\n(shared, 'first')", "[shared, bad, (half := [shared])]", "[half]", "[shared]", "(5, shared)",
             "class Gone: pass\nGone()", "del half, shared, bad"]
    saved, back = journey(tmp_path, cells, ["Out[1]", "Out[4][0] is Out[1][0] is Out[5][1]", "sorted(Out)", "_5"], [bad])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    why = "TypeError: Bad.__init__() missing 1 required positional argument: 'b'"
    assert out[2] == f"Out 2 is not restored: {why}; Out 3 is not restored: LookupError: it shared an object with what could not be had: {why}; Out 6 is not restored: LookupError: the variable Gone is not there"
    assert back["values"] == ["([1], 'first')", "True", "[1, 4, 5]", "(5, [1])"]


def test_outputs_of_older_stores_are_one_dict():
    assert together.unpack_together(pickle.dumps({1: [2], 3: "x"}), {}, {}) == ({1: [2], 3: "x"}, {})


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


def test_generators():
    import random

    from kernelferry import capsule
    import numpy
    numpy.random.seed(1)
    before = capsule.generators()
    drawn = random.random(), numpy.random.random()
    for name in ("random", "numpy.random"):
        capsule.set_generator(name, before[name])
    assert (random.random(), numpy.random.random()) == drawn
    with pytest.raises(KeyError):
        capsule.set_generator("dice", b"")


def test_states_of_random_are_packed_and_those_of_older_sessions_are_read():
    import pickle
    import random

    from kernelferry.capsule import generator
    made = random.Random(5)
    made.gauss(0, 1)  # remembers a second number
    for state in (generator.state_of(made), pickle.dumps(made.getstate(), 5)):
        again = random.Random()
        generator.set_state(again, state)
        assert again.getstate() == made.getstate()
    assert len(generator.state_of(made)) < 2600 < len(pickle.dumps(made.getstate(), 5))
    capsule_state = generator.generators()["random"]
    drawn = random.random()
    generator.set_generator("random", pickle.dumps(generator.unpacked(capsule_state), 5))
    assert random.random() == drawn


def test_states_of_numpy_are_told_by_their_entropy():
    import pickle

    import numpy

    from kernelferry.capsule import generator
    made = numpy.random.RandomState()
    numpy.random.seed(1)

    def there_and_back(told):
        state = numpy.random.get_state(legacy=False)
        data = generator.get_numpy()
        assert (len(data) < 300) == told
        numpy.random.seed(2)
        generator.set_numpy(data)
        again = numpy.random.get_state(legacy=False)
        assert (again["state"]["key"] == state["state"]["key"]).all() and again["state"]["key"].dtype == state["state"]["key"].dtype
        assert [again[key] for key in ("has_gauss", "gauss")] == [state[key] for key in ("has_gauss", "gauss")]
        assert again["state"]["pos"] == state["state"]["pos"]
        generator.set_numpy(pickle.dumps(state, 5))  # as older sessions have it
        assert (numpy.random.get_state(legacy=False)["state"]["key"] == state["state"]["key"]).all()

    there_and_back(False)  # the user's seed
    numpy.random.set_state(made.get_state())
    there_and_back(False)  # another generator's
    entropy = made._bit_generator.seed_seq.entropy
    generator.set_numpy(pickle.dumps({**numpy.random.get_state(legacy=False), "state": {"key": (entropy, 0), "pos": 623}}, 5))
    for drawn in (0, 1, 311, 313, 1, 4000):
        numpy.random.random_sample(drawn)
        numpy.random.randn(drawn % 2)
        there_and_back(True)
    numpy.random.random_sample(10_000)
    there_and_back(False)  # too far from the seed


def test_finder_that_cannot_come_back_is_named(tmp_path):
    cells = ["import sys\nclass Finder:\n    def __reduce__(self): raise TypeError('not me')\nsys.meta_path.append(Finder())"]
    _, back = journey(tmp_path, cells, [], ["class Finder: pass"])
    assert ["finders", False, "finder __main__.Finder of sys.meta_path is not restored: __main__.Finder (TypeError: not me)"] in back["applied"]
