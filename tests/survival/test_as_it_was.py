"""A shell that its user has furnished: startup files, configuration, extensions, magics, callbacks. After the session came
back (killed, shut down, moved) each answers as it did in the uninterrupted session, or is named."""

import os
import warnings

import pytest

from tests import processes
from tests.migrate import sshd
from tests.survival.conftest import Notebook

STARTUP = "box = ['from startup']\ndef helper(x): return x + len(box)\nclass Tool:\n    used = 0\nspare = 1\n"
CONFIG = """c = get_config()
import sys; sys.path.insert(0, {folder!r})
c.InteractiveShellApp.exec_lines = ['line = 1']
c.InteractiveShellApp.extensions = ['shipped']
c.InteractiveShellApp.matplotlib = 'inline'
c.InlineBackend.figure_formats = {{'png', 'jpeg'}}
"""
EXTENSION = "def load_ipython_extension(shell):\n    shell.register_magic_function(lambda line: '{0} ' + line, 'line', '{0}')\n"
MAGICS = """from IPython.core.magic import Magics, line_magic, magics_class, register_cell_magic, register_line_magic
@register_line_magic
def plus(line): return int(line) + 1
@register_cell_magic
def upper(line, cell): return cell.upper()
@magics_class
class Counter(Magics):
    @line_magic
    def count(self, line):
        self.counted = getattr(self, "counted", 0) + 1
        return self.counted
get_ipython().register_magics(Counter)"""
CALLBACKS = """calls = []
class Watch:
    def __init__(self): self.seen = 0
    def after(self, result): self.seen += 1
watch = Watch()
ip = get_ipython(); ip.events.register("pre_run_cell", lambda info: calls.append(1)); ip.events.register("post_run_cell", watch.after)
ip.set_custom_exc((ZeroDivisionError,), lambda shell, kind, error, tb, tb_offset=None: print("custom"))
ip.display_formatter.formatters["text/html"].for_type_by_name("decimal", "Decimal", lambda d: f"<i>{d}</i>")
ip.input_transformers_post.append(lambda lines: [line.replace("@@", "1000+") for line in lines])
del ip"""
CELLS = [
    "%load_ext autoreload\n%autoreload 2\n%aimport -json\n%load_ext own",
    "%matplotlib widget\n%config InlineBackend.rc = {'figure.dpi': 91}\n%config InlineBackend.close_figures = False\n%config InlineBackend.figure_format = 'svg'",
    "%alias greet echo greeting %s\n%alias_magic -l tt time\n%unalias ll\n%xmode Verbose\n%precision 4\n%pprint",
    MAGICS,
    "%count",
    CALLBACKS,
    "import pandas as pd, numpy as np\npd.set_option('display.max_rows', 7); pd.options.display.float_format = '{:.1f}'.format\nnp.set_printoptions(precision=2)",
    "import logging, warnings\nwarnings.filterwarnings('ignore', category=DeprecationWarning, module='foo'); logging.captureWarnings(True)\n"
    "logging.basicConfig(level=logging.INFO, format='%(levelname)s! %(message)s')\nlogging.getLogger('app').setLevel(logging.DEBUG)",
    "%config IPCompleter.use_jedi = False\n%config IPCompleter.greedy = True\nget_ipython().display_formatter.active_types = ['text/plain', 'text/html']\n"
    "get_ipython().ast_node_interactivity = 'all'\nget_ipython().push({'pushed': 5}, interactive=False)",
    "import os; os.makedirs('sub', exist_ok=True)\n%pushd sub",
    "import changing; first = changing.f(); box.append('by a cell'); Tool.used = 2; del spare",
]
SHOW = "get_ipython().display_formatter.formatters"
PROBES = [
    "box, line, helper(1), Tool.used, 'spare' in globals()", "sorted(get_ipython().extension_manager.loaded)",
    "[get_ipython().run_line_magic(name, '4') for name in ('plus', 'own', 'shipped')], get_ipython().run_cell_magic('upper', '', 'a')",
    "get_ipython().find_line_magic('count').__self__.counted, type(get_ipython().find_line_magic('count').__self__) is Counter",
    "vars(get_ipython().find_line_magic('tt'))['magic_name'], [get_ipython().alias_manager.is_alias(name) for name in ('greet', 'll', 'ls')]",
    f"get_ipython().InteractiveTB.mode, {SHOW}['text/plain'].float_precision, {SHOW}['text/plain'].pprint",
    "[(c.figure_formats, c.rc, c.close_figures) for c in get_ipython().configurables if type(c).__name__ == 'InlineBackend']",
    f"sorted((mime, each.keywords) for mime, f in {SHOW}.items() for cls, each in f.type_printers.items() if cls.__name__ == 'Figure')",
    "__import__('matplotlib').get_backend(), __import__('matplotlib').rcParams['figure.dpi']",
    "{name: sorted(f.__qualname__ for f in each) for name, each in get_ipython().events.callbacks.items()}",
    "len(calls) > 3, watch.seen > 3, any(getattr(c, '__self__', None) is watch for c in get_ipython().events.callbacks['post_run_cell'])",
    "[getattr(get_ipython().magics_manager.registry['AutoreloadMagics']._reloader, name) for name in ('enabled', 'check_all', 'skip_modules')]",
    "pd.get_option('display.max_rows'), pd.get_option('display.float_format')(1.26), np.get_printoptions()['precision']",
    "logging.root.level, logging.getLogger('app').level, warnings.showwarning is logging._showwarning, [(f[0], f[2].__name__) for f in warnings.filters]",
    "[(type(h).__name__, h.formatter._fmt, h.stream is __import__('sys').stderr) for h in logging.root.handlers]",
    "len(get_ipython().input_transformers_post), get_ipython().custom_exceptions, get_ipython().display_formatter.active_types",
    f"{SHOW}['text/html'](__import__('decimal').Decimal(3)), {SHOW}['text/html'].enabled, {SHOW}['image/png'].enabled",
    "get_ipython().Completer.use_jedi, get_ipython().Completer.greedy, get_ipython().ast_node_interactivity",
    "[os.path.basename(folder) for folder in (os.getcwd(), *get_ipython().dir_stack, *_dh)]",
    "[name in get_ipython().user_ns_hidden for name in ('pushed', 'pd', 'line')]", "first, changing.f()",
]


def furnish(ipython, folder):
    profile = ipython / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00-first.py").write_text(STARTUP)
    (profile / "ipython_config.py").write_text(CONFIG.format(folder=str(folder)))


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """name -> (outcomes of the probes, names that the report admits); "uninterrupted" is the first of three lives."""
    folder = tmp_path_factory.mktemp("furnished")
    notebook, found = Notebook(folder), {}
    notebook.write(*(f"c{i}" for i in range(len(CELLS))))
    furnish(folder / "ipython", folder)
    host, environment = None, {}
    if reason := sshd.missing():
        warnings.warn(f"the move of a furnished shell is not tested: {reason}")
    else:
        host = sshd.Sshd(folder / "h")
        furnish(folder / "h" / "ipython", folder)
        (folder / "r").mkdir(mode=0o700)
        environment = {"PATH": f"{host.bin}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(folder / "r")}
    for name in ("shipped", "own"):
        (folder / f"{name}.py").write_text(EXTENSION.format(name))
    (folder / "changing.py").write_text("def f(): return 1\n")

    def outcome(kernel):
        ready = kernel.run("first", "c10")
        assert ready.status == "ok", ready.error
        entries = kernel.magic("%resume") if kernel is not notebook.kernels[0] else {"variables": {}, "process": {}}
        admitted = {name: entry["reason"] for part in ("variables", "process") for name, entry in entries[part].items()
                    if entry["way"] in ("failed", "lost") or entry.get("verified") is False}
        return dict(zip(PROBES, kernel.evaluate(PROBES))), admitted

    try:
        kernel = notebook.open(**environment)
        for number, cell in enumerate(CELLS):
            answer = kernel.run(cell, f"c{number}")
            assert answer.status == "ok", (cell, answer.error)
        found["uninterrupted"] = outcome(kernel)
        kernel.magic("%checkpoint")
        kernel.kill()
        kernel = notebook.open(**environment)
        found["killed"] = outcome(kernel)
        kernel.suspend()
        kernel = notebook.open(**environment)
        found["shut down"] = outcome(kernel)
        (folder / "changing.py").write_text("def f(): return 22222\n")
        kernel.run("pass", "c11")
        found["edited"] = kernel.evaluate(["changing.f()"])
        (folder / "changing.py").write_text("def f(): return 1\n")
        if host is not None:
            moved = kernel.run(f"%migrate {host.text}", "c12")
            assert moved.status == "ok", moved.error
            found["moved"] = outcome(kernel)
    finally:
        for kernel in notebook.kernels:
            kernel.kill()
        if host is not None:
            host.cut()
            processes.kill_with_store_in(folder)
    return found


@pytest.mark.parametrize("life", ["killed", "shut down", "moved"])
@pytest.mark.parametrize("probe", PROBES)
def test_it_is_as_it_was(lives, life, probe):
    if life not in lives:
        pytest.skip(sshd.missing())
    assert not lives["uninterrupted"][0][probe].startswith("raised")
    assert lives[life][0][probe] == lives["uninterrupted"][0][probe]


@pytest.mark.parametrize("life", ["killed", "shut down"])
def test_nothing_is_admitted(lives, life):
    assert lives[life][1] == {}


def test_a_module_edited_afterwards_is_loaded_again(lives):
    assert lives["edited"] == ["22222"]
