"""Cells whose answer must be the one that ipykernel gives: each runs on both kernels, in one session of each.

Not compared: exit, which ends both (test_exit.py); nest_asyncio, with which an ipykernel that is busy may end itself
(status 1, seen under load; ours is tested in tests/engine/test_asyncio.py); breakpoint(), at which ipykernel does not stop
(test_habits.py); input() in a thread, which is refused here (tests/engine/test_stdin.py).
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.client import Kernel, KernelGone, streams_apart

CELLS = {
    "a result": "{'a': [1, 2]}",
    "no result": "5;",
    "recursion": "def r(): return r()\nr()",  # before all imports: its traceback goes through every module for each of its frames
    "print": "import sys; print('a', 1); print('b', file=sys.stderr)",
    "half a character": "print('a\\udc80b')\nraise ValueError('\\udc80')",
    "what streams are called": "import sys; [(s.name, s.encoding, s.errors, s.isatty()) for s in (sys.stdout, sys.stderr)]",
    "warnings": "import warnings; warnings.warn('x', DeprecationWarning); warnings.warn('y')",
    "logging": "import logging; logging.warning('w'); logging.getLogger('q').info('unseen')",
    "rich display": "from IPython.display import *; display(HTML('<b>x</b>'), Markdown('# h'), JSON({'a': 1}), Latex('$x$'), Math('x'))",
    "an image": "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>')",
    "javascript": "%%javascript\nconsole.log(1)",
    "html": "%%html\n<b>x</b>",
    "an update": "handle = display('a', display_id='q'); handle.update('b'); update_display('c', display_id='q')",
    "clear_output": "print(1); clear_output(wait=True); print(2)",
    "a table": "import pandas as pd; pd.DataFrame({'a': [1, 2]})",
    "a styled table": "t = pd.DataFrame({'a': [1]}).style.set_uuid('u'); t",
    "plotly": "import plotly.graph_objects as go; go.Figure(go.Scatter(x=[1, 2], y=[1, 2]))",
    "matplotlib widget": "%matplotlib widget\nimport matplotlib.pyplot as plt\nplt.figure().canvas.toolbar_visible",
    "a progress bar": "from tqdm.auto import tqdm\nfor _ in tqdm(range(2)): pass",
    "matplotlib": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); None",
    "matplotlib's backend": "import matplotlib; matplotlib.get_backend()",
    "figure format": "%config InlineBackend.figure_format = 'svg'\nplt.plot([1, 2]); None",
    "widgets": "import ipywidgets as w; w.VBox([w.IntSlider(value=3), w.Button(description='b')])",
    "interact": "w.interact(lambda x: print('x', x), x=3); None",
    "an Output widget": "o = w.Output()\nwith o: print('inside')\no.outputs",
    "error": "1 / 0",
    "error in a function": "def f(x):\n    return 1 / x\nf(0)",
    "chained error": "try:\n 1 / 0\nexcept Exception as e:\n raise ValueError('b') from e",
    "exception group": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])",
    "error without a text": "class E(Exception):\n def __str__(self): raise ValueError\nraise E()",
    "syntax error": "def f(:\n pass",
    "unexpected indent": "x = 1\n  y = 2",
    "name error": "nothing_of_that_name",
    "import error": "import no_such_module",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "sys.exit": "import sys; sys.exit(3)",
    "repr that fails": "class R:\n def __repr__(self): 1/0\nR()",
    "_repr_html_ that fails": "class H:\n def _repr_html_(self): 1/0\nH()",
    "%tb": "%tb",
    "%xmode": "%xmode Minimal\n1/0",
    "%xmode again": "%xmode Context",
    "%%bash": "%%bash\necho hi\necho err >&2",
    "%%bash that fails": "%%bash\nexit 3",
    "!": "!echo hi",
    "! into a variable": "x = !echo a b\nx",
    "%%script": "%%script python3\nprint(1)",
    "a subprocess": "import subprocess, os; print(subprocess.run('echo sub', shell=True, capture_output=True))",
    "a forked child": "pid = os.fork()\nif pid == 0: os._exit(4)\nos.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])",
    "%pip": "%pip --version",
    "%env": "%env FOO=1",
    "%who": "%who_ls str",
    "%time": "%%time\ny = 2",
    "%timeit": "q = %timeit -o -q -n1 -r1 pass\nq.repeat",
    "%%capture": "%%capture out\nprint(1); display(2)",
    "what was captured": "out.stdout, [o.data for o in out.outputs]",
    "%%writefile": "%%writefile written.py\nzz = 3\nprint('ran', __name__)",
    "%run": "%run written.py",
    "%load": "%load written.py",
    "%pycat": "%pycat written.py",
    "%load_ext": "%load_ext autoreload\n%autoreload 2",
    "%alias": "%alias say echo said %s\n%say it",
    "%macro": "%macro -q m 1\nm",
    "help": "len?",
    "source": "import textwrap\ntextwrap.dedent??",
    "help()": "help(len)",
    "await": "import asyncio\nprint(await asyncio.sleep(0.01, 5))",
    "async for": "async def g():\n for i in range(2): yield i\nasync for i in g(): print(i)\nprint([i async for i in g()])",
    "a task": "async def t(): return 4\nx = asyncio.create_task(t())\nprint(await x)",
    "asyncio.run": "c = t()\ntry: asyncio.run(c)\nfinally: c.close()",
    "a task's error": "async def bad(): 1/0\nawait asyncio.gather(bad(), return_exceptions=True); None",
    "a thread's error": "import threading; t1 = threading.Thread(target=lambda: 1/0, name='T'); t1.start(); t1.join()",
    "an unraisable error": "class D:\n def __del__(self): 1/0\nd = D(); del d",
    "input": "try: input('x')\nexcept Exception as e: print(type(e).__name__)",
    "__main__": "import __main__; type(__main__).__name__, __main__.__dict__ is globals(), __name__",
    "pickle": "import pickle\nclass K: pass\ntype(pickle.loads(pickle.dumps(K()))) is K",
    "joblib": "import joblib; joblib.Parallel(2)(joblib.delayed(abs)(i) for i in (-1, -2))",
    "loky": "joblib.Parallel(2, backend='multiprocessing')(joblib.delayed(abs)(i) for i in (-1, -2))",
    "fork": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(1) as p: print(p.map(abs, [-3]))",
    "spawn": "with mp.get_context('spawn').Pool(1) as p: print(p.map(abs, [-4]))",
    "forkserver": "with mp.get_context('forkserver').Pool(1) as p: print(p.map(abs, [-5]))",
    "ProcessPoolExecutor": "from concurrent.futures import ProcessPoolExecutor\n"
                           "with ProcessPoolExecutor(1) as e: print(e.submit(abs, -6).result())",
    "the shell's class": "type(get_ipython()).__name__, get_ipython().has_trait('kernel'), 'IPKernelApp' in get_ipython().config",
    "ipykernel's connection file": "import ipykernel, os\nfile = ipykernel.get_connection_file()\n"
                                   "file == get_ipython().config['IPKernelApp']['connection_file'], os.path.isabs(file), "
                                   "sorted(ipykernel.connect.get_connection_info(unpack=True))",
    "ipykernel's application": "from ipykernel.kernelapp import IPKernelApp\nfrom traitlets.config import Application\n"
                               "app = IPKernelApp.instance()\n"
                               "IPKernelApp.initialized(), app is Application.instance(), app.kernel is get_ipython().kernel, app.shell is get_ipython(), "
                               "app.transport, app.shell_port > 0, os.path.basename(app.connection_file) == os.path.basename(file)",
    "ipykernel's modules": "import ipykernel.kernelbase, ipykernel.ipkernel, ipykernel.iostream, ipykernel.jsonutil, ipykernel.embed, ipykernel.kernelspec, "
                           "ipykernel.inprocess, ipykernel.comm, ipykernel.zmqshell\nfrom ipykernel.comm import Comm, CommManager\nimport importlib.util\n"
                           "ipykernel.version_info >= (7,), ipykernel.__file__, importlib.util.find_spec('ipykernel').origin, ipykernel.comm.Comm is Comm, "
                           "type(get_ipython()) is ipykernel.zmqshell.ZMQInteractiveShell, ipykernel.kernelbase.Kernel.__name__",
    "the request of a cell": "kernel = get_ipython().kernel\np = kernel.get_parent()\nimport sys\n"
                             "p['header']['msg_type'], p['content']['code'], p['metadata'], p == get_ipython().get_parent() == get_ipython().parent_header, "
                             "sys.stdout.parent_header['msg_id'] == p['header']['msg_id'] == get_ipython().display_pub.parent_header['msg_id']",
    "a message of a library": "sent = kernel.session.send(kernel.iopub_socket, 'display_data', {'data': {'text/plain': 'sent'}, 'metadata': {}}, parent=p)\n"
                              "len(kernel.session.session) > 0, sent['msg_type']",
    "a response of a library": "kernel.send_response(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': 'hello'}); None",
    "a comm's target": "kernel.comm_manager.register_target('t', print); kernel.comm_manager.unregister_target('t', print)",
    "tornado": "from tornado.ioloop import IOLoop\nIOLoop.current().asyncio_loop is asyncio.get_event_loop(), kernel.io_loop is IOLoop.current()",
    "rich": "import rich, rich.console\nrich.print('[bold]x[/bold]')\nrich.console._is_jupyter()",
    "tqdm.autonotebook": "import tqdm.autonotebook; tqdm.autonotebook.tqdm",
    "%matplotlib notebook": "%matplotlib notebook\nplt.figure(); type(plt.gcf().canvas).__name__",
    "FigureWidget": "f = go.FigureWidget(go.Scatter(x=[1, 2], y=[3, 4]))\nf",
    "a FigureWidget that changes": "f.data[0].y = [5, 6]; f.layout.title.text = 't'; f.add_bar(y=[1]); len(f.data)",
    "anywidget": "import anywidget, traitlets\nclass Counter(anywidget.AnyWidget):\n    _esm = 'export default {render() {}}'\n"
                 "    value = traitlets.Int(0).tag(sync=True)\ncounter = Counter(); counter",
    "an anywidget that changes": "counter.value = 4; counter.value",
    "a closed widget": "counter.close(); counter",
    "the callback of a widget": "s = w.IntSlider(value=3); seen = []; s.observe(lambda change: seen.append(change.new), 'value')\n"
                                "with s.hold_sync(): s.value = 1; s.min = -1\nseen",
    "a callback that fails": "s.observe(lambda change: 1 / 0, 'value'); s.value = 5",
    "a value that no slider has": "s.value = 'x'",
    "bytes in a widget": "w.Image(value=b'1234')",
    "linked widgets": "link = w.jslink((s, 'value'), (w.IntText(), 'value')); type(link).__name__",
    "interactive": "i = w.interactive(lambda x: x * 2, x=(0, 4)); i.children[0].value = 3; i.result",
    "what an Output keeps": "o.append_stdout('x'); o.append_display_data(4); o.clear_output(); o.outputs",
    "embedded widgets": "from ipywidgets.embed import embed_data\nsorted(embed_data(views=[s]))",
    "a comm": "from comm import create_comm, get_comm_manager\nq = create_comm(target_name='nobody', data={'a': 1})\n"
              "q.send({'b': 2}); q.send({'b': 3}, metadata={'m': 1}, buffers=[b'x']); q.close(); q.send({'c': 1}); q.close()",
    "a comm's kind": "type(q).__mro__[1].__name__, q.primary, q._closed, sorted(n for n in dir(q) if n[0] != '_'), get_comm_manager() is kernel.comm_manager, "
                     "get_comm_manager().get_comm('none'), sorted(get_comm_manager().targets)",
    "tqdm.notebook": "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3), leave=False): pass",
    "published": "from IPython.display import publish_display_data\npublish_display_data({'image/png': b'123'}, {'x': 1}, transient={'display_id': 'p'})",
    "a sound": "import numpy as np\nfrom IPython.display import Audio\nAudio(np.zeros(10), rate=8000)",
    "%pdb": "%pdb on\n%pdb off",
    "%prun": "import pstats\nr = %prun -q -r -T profile.txt len([1])\nisinstance(r, pstats.Stats), r.total_calls, os.path.exists('profile.txt')",
    "%%prun": "%%prun -q -D profile\nlen([1])",
    "%store": "keep = {'a': 1}\n%store keep\ndel keep\n%store -r keep\nkeep",
    "%store of nothing": "%store nothing_there",
    "%store forgets": "%store -d keep",
    "%recall": "%recall 1",
    "%rerun": "%rerun 5",
    "%logstart": "%logstart -o log.py rotate\n%logstate",
    "a cell in the log": "3 + 4",
    "%logstop": "%logoff\n%logon\n%logstop\nprint([line for line in open('log.py') if 'log' not in line and line[:4] != '# 20'])",
    "%edit": "%edit written.py",
    "%autoawait": "%autoawait\n%autoawait asyncio",
    "await after %autoawait": "await asyncio.sleep(0, 5)",
    "%history": "%history -n 1-3",
    "%save": "%save -f saved.py 1-2",
    "%psearch": "%psearch __main__.f*",
    "%page": "%page len",
    "%config": "%config",
    "what %config sets of displays": "%config ZMQDisplayPublisher.store_display_history = True\n%config ZMQDisplayPublisher.store_display_history",
    "and sets back": "%config ZMQDisplayPublisher.store_display_history = False",
    "%doctest_mode": "%doctest_mode",
    "%doctest_mode off": "%doctest_mode",
    "%precision": "%precision 3\n3.14159265",
    "%precision off": "%precision",
    "%%latex": "%%latex\n$x$",
    "%sx": "%sx echo a",
    "%pdef": "%pdef textwrap.dedent",
    "%matplotlib --list": "%matplotlib --list",
    "a magic that is not there": "%nothing_like_this",
    "%time of an error": "%time 1 / 0",
    "%clear": "%clear",
    "all results": "get_ipython().ast_node_interactivity = 'all'\n1\n2",
    "the last result": "get_ipython().ast_node_interactivity = 'last_expr'",
    "In and Out": "In[1], Out[1], _i1, _1",
    "%gui": "%gui asyncio",
    "%cd": "%cd /tmp",
    "%reset": "%reset -f",
    "nothing left": "x",
}

IDENTITY = r"[0-9a-f]{8,}(-[0-9a-f]+)*(_\d+_\d+)?"   # of a widget, a display or a message
BY_THE_CLOCK = {"a progress bar", "tqdm.notebook"}    # how often they tell how far they are depends on the time
TALKS = {   # cells that ask, and what is answered
    "input": ("a, b = input('first '), input('ü'); a, b", "x", "é\u2028🎈"),
    "getpass": ("import getpass; getpass.getpass('pw ')", "me"),
    "%reset": ("%reset", "n"),
    "help()": ("help()", "len", "quit"),
    "an error": ("def f(x):\n    y = 0\n    return x / y\nf(1)",),
    "%debug": ("%debug", "p y", "up", "l", "bt", "p 1 + 1", "y = 4", "nonsense", "q"),
    "pdb.pm()": ("import pdb; pdb.pm()", "p y", "q"),
    "%pdb on": ("%pdb on",),
    "an error under %pdb": ("f(2)", "p x", "q"),
    "%pdb off": ("%pdb off",),
    "pdb.set_trace()": ("def g(a):\n    b = a + 1\n    pdb.set_trace()\n    c = b * 2\n    return c\ng(3)", "p b", "n", "p c", "!b = 7", "c"),
    "quit the debugger": ("g(3)", "q"),
    "%debug of a statement": ("%debug g(1)", "b g", "c", "q"),
    "%%debug": ("%%debug\nk = 3\nprint(k)", "n", "p 4", "c"),
    "after all that": ("1 + 1",),
}


def told(answer):
    """What a front end would show, without what differs between any two processes."""
    def plain(text):
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        text = re.sub(r"ipykernel_(ferry_)?\d+", "KERNEL", text)
        text = re.sub(r"0x[0-9a-f]{6,}|\b[0-9a-f]{32}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "0x", text)
        return re.sub(r"[\d.]+(e[+-]\d+)? ?(ns|µs|μs|us|ms|s|it/s)\b|\d\d:\d\d|[\d.]+e-\d\d", "T", text)

    streams, others = streams_apart(answer.outputs)
    streams = {name: plain(text) for name, text in streams.items()}
    others = [(kind, plain(text)) for kind, text in others]
    updates = [(kind, re.sub(IDENTITY, "ID", plain(json.dumps(content, sort_keys=True))), sizes) for kind, content, sizes in answer.updates]
    return answer.status, plain(answer.error), streams, others, [sorted(bundle) for bundle in answer.bundles], updates


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """name -> (Ferry's answer, ipykernel's)."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("ferry", "python3")}  # not by the threads: it is not made for them

    def run(name):
        folder = folders[name]
        kernel = Kernel(folder / "store", None, folder, kernel=name)
        answers = {}
        try:
            for cell, source in CELLS.items():
                answers[cell] = told(kernel.run(source))
            for cell, words in TALKS.items():
                questions, answer = kernel.talk(*words)
                answers[cell] = questions, told(answer)
        except KernelGone as gone:
            raise KernelGone(f"{gone}, in the cell {cell!r}") from None
        finally:
            kernel.kill()
        return answers

    with ThreadPoolExecutor(2) as both:
        ours, theirs = both.map(run, folders)
    return {cell: (ours[cell], theirs[cell]) for cell in ours}


@pytest.mark.parametrize("cell", CELLS)
def test_like_ipykernel(answers, cell):
    ours, theirs = answers[cell]
    if cell in BY_THE_CLOCK:
        ours, theirs = ours[:-1], theirs[:-1]
    assert ours == theirs


@pytest.mark.parametrize("talk", TALKS)
def test_asks_like_ipykernel(answers, talk):
    ours, theirs = answers[talk]
    assert ours == theirs
