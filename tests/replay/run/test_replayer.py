"""A replayed cell does outside what its record allows and no more, says nothing, and ends when it must."""
import os
import signal
import sys
import threading
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kernelferry import _ferry, capsule
from kernelferry.replay import Replayer, replayer


@pytest.fixture(scope="module")
def shell():
    before = sys.modules["__main__"], sys.displayhook, sys.excepthook
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    yield shell
    shell.restore_sys_module_state()
    sys.modules["__main__"], sys.displayhook, sys.excepthook = before


@pytest.fixture
def replay(shell, tmp_path, monkeypatch):
    """replay(source, *effects) -> the outcome of a cell whose record has these effects."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text("old")
    observer = _ferry.Observer(shell.user_ns)
    observer.install_audit_hook()

    def run(source, *effects, status="ok", **fields):
        record = _ferry.CellRecord(execution=1, count=7, source=source, status=status,
                                   effects=[_ferry.Effect(kind=k, detail=d, unsafe=True) for k, d in effects], **fields)
        return Replayer(shell, [record], observer).run(1)

    shell.run_cell("import os, socket, subprocess, sqlite3, shutil, threading, tempfile, time, sys, io", silent=True)
    return run


STOPPED = {
    "write": ("open('new.txt', 'w')", "write the file (new.txt)"),
    "append": ("open('old.txt', 'a')", "write the file (old.txt)"),
    "remove": ("os.remove('old.txt')", "remove or rename the file (old.txt)"),
    "rename": ("os.rename('old.txt', 'new.txt')", "remove or rename the file (old.txt)"),
    "remove a tree": ("os.mkdir('d'); shutil.rmtree('d')", "remove or rename the file (d)"),
    "database": ("sqlite3.connect('new.txt')", "write the file (new.txt)"),
    "network": ("socket.create_connection(('127.0.0.1', 1), 1)", "use the network (127.0.0.1:1)"),
    "subprocess": ("subprocess.run(['touch', 'new.txt'])", "start (touch)"),
    "system": ("os.system('touch new.txt')", "start (touch new.txt)"),
    "shell": ("!touch new.txt", "start ("),
    "fork": ("pid = os.fork()\nif pid == 0: os._exit(0)", "start (os.fork)"),
    "input": ("input('name? ')", "ask for input (name? )"),
    "in a thread": ("t = threading.Thread(target=lambda: open('new.txt', 'w')); t.start(); t.join()", "write the file (new.txt)"),
    "swallowed": ("try: open('new.txt', 'w')\nexcept BaseException: x = 1", "write the file (new.txt)"),
    "raw memory": ("import ctypes; ctypes.string_at(id(5))", "reach into memory (ctypes.string_at)"),
}


@pytest.mark.parametrize("source, what", STOPPED.values(), ids=STOPPED)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_effect_that_the_record_does_not_hold_is_stopped(replay, source, what):
    outcome = replay(source)
    assert not outcome.ok and outcome.reason.startswith("cell [7] was stopped when it ran again: it was about to ") and what in outcome.reason
    assert not os.path.exists("new.txt") and open("old.txt").read() == "old"


ALLOWED = {
    "write": ("open('new.txt', 'w').close()", [("file-write", "new.txt")]),
    "remove": ("os.remove('old.txt')", [("file-remove", "old.txt")]),
    "subprocess": ("subprocess.run(['true'])", [("subprocess", "true"), ("subprocess", "os.fork")]),
    "more than are named": ("for i in range(3): open(f'{i}.txt', 'w').close()", [("file-write", "0.txt"), ("more", "and 2 more")]),
    "reading": ("open('old.txt').close()", []),
    "temporary file": ("with tempfile.NamedTemporaryFile() as f: f.write(b'x')", []),
    "directory": ("os.mkdir('d'); os.chdir('.')", []),
}


@pytest.mark.parametrize("source, effects", ALLOWED.values(), ids=ALLOWED)
def test_what_the_record_holds_is_allowed(replay, source, effects):
    outcome = replay(source, *effects)
    assert outcome.ok and not outcome.reason


def test_only_what_the_record_holds_is_allowed(replay):
    assert not replay("open('new.txt', 'w')", ("file-write", "other.txt")).ok
    assert not replay("os.remove('old.txt')", ("file-write", "old.txt")).ok
    assert not replay("input()", ("input", "")).ok


def test_other_threads_and_later_cells_are_not_stopped(replay, tmp_path):
    go, done = threading.Event(), threading.Event()

    def write():
        go.wait()
        (tmp_path / "thread.txt").write_text("x")
        done.set()

    threading.Thread(target=write).start()
    assert replay("import builtins; builtins.ferry_go.set(); builtins.ferry_done.wait(30)").reason.startswith("cell [7] ran again and raised Attr")
    import builtins
    builtins.ferry_go, builtins.ferry_done = go, done
    try:
        assert replay("import builtins; builtins.ferry_go.set(); assert builtins.ferry_done.wait(30)").ok
    finally:
        del builtins.ferry_go, builtins.ferry_done
    (tmp_path / "after.txt").write_text("x")


def test_nothing_is_shown_and_streams_stay(replay, shell, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda *a, **k: shown.append(a))
    outcome = replay("import sys, logging\nfrom IPython.display import display, clear_output\nprint('out'); sys.stderr.write('err')\n"
                     "display(1); clear_output(); get_ipython().set_next_input('x'); out = sys.stdout\n42")
    assert outcome.ok and shown == [] and capsys.readouterr() == ("", "")
    assert shell.user_ns["out"] is sys.stdout
    print("after")
    assert "after" in capsys.readouterr().out
    assert not replay("1 / 0").ok and capsys.readouterr() == ("", "")


def test_a_write_that_a_silent_cell_took_writes_afterwards(replay, shell, capsys):
    assert replay("import sys; write = sys.stdout.write; write('then')").ok and capsys.readouterr().out == ""
    shell.user_ns["write"]("later")
    assert capsys.readouterr().out == "later"


def test_a_cell_that_ended_the_kernel_ends_nothing(replay, shell):
    shell.ask_exit = lambda: ends.append(1)  # on the object, as nobody else has it there
    ends = []
    try:
        assert replay("get_ipython().ask_exit()").ok and ends == []
        shell.run_cell("get_ipython().ask_exit()", silent=True)
        assert ends == [1]
    finally:
        del shell.ask_exit


def test_the_deadline_ends_it(replay, monkeypatch):
    monkeypatch.setattr(replayer, "LEAST", 0.2)
    outcome = replay("while True: time.sleep(60)")
    assert not outcome.ok and "took longer" in outcome.reason
    monkeypatch.setattr("kernelferry.replay.quiet.AGAIN", 0.05)
    outcome = replay("for _ in range(3):\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass")
    assert not outcome.ok and "took longer" in outcome.reason  # though it swallowed the interrupts


def test_a_signal_without_its_handler_ends_the_replay_and_not_the_process(replay):
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)  # tests of other files that ran in this process have handled it
    outcome = replay("import signal; signal.raise_signal(signal.SIGUSR1)")
    assert not outcome.ok and "SIGUSR1, which nothing handles yet" in outcome.reason
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
    assert replay("signal.signal(signal.SIGUSR1, signal.SIG_IGN); signal.raise_signal(signal.SIGUSR1)").ok
    assert signal.signal(signal.SIGUSR1, signal.SIG_DFL) is signal.SIG_IGN


def test_an_interrupt_ends_the_resume(replay):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        replay("os.kill(os.getpid(), 2); time.sleep(60)", ("subprocess", "os.kill"))
    assert signal.getsignal(signal.SIGINT) is before


# What a cell sees of the process, and how other cells change that.
MET = {
    "folder": ("open('old.txt').read() if os.path.exists('old.txt') else 'none'", "os.makedirs('deep', exist_ok=True); os.chdir('deep')", "os.chdir('..')"),
    "environment": ("os.environ.get('ODD')", "os.environ['ODD'] = '1'", "os.environ['ODD'] = '2'"),
    "path": ("sys.path[0]", "sys.path.insert(0, '/somewhere')", "del sys.path[0]"),
    "zone": ("time.localtime(0).tm_hour", "os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()", "os.environ['TZ'] = 'UTC'; time.tzset()"),
    "recursion": ("sys.getrecursionlimit()", "sys.setrecursionlimit(4321)", "sys.setrecursionlimit(1000)"),
    "warnings": ("[str(f[0]) for f in warnings.filters][:1]", "warnings.simplefilter('error')", "warnings.resetwarnings()"),
    "decimal": ("str(decimal.Decimal(1) / 3)", "decimal.getcontext().prec = 4", "decimal.getcontext().prec = 28"),
    "numpy": ("numpy.geterr()['over'], str(numpy.float64(0.123456)), str(numpy.array([0.123456]))", "numpy.seterr(over='raise'); numpy.set_printoptions(precision=2)",
              "numpy.seterr(over='ignore'); numpy.set_printoptions(precision=5)"),
    "pandas": ("pandas.get_option('display.max_rows')", "pandas.set_option('display.max_rows', 3)", "pandas.set_option('display.max_rows', 60)"),
    "matplotlib": ("matplotlib.rcParams['lines.linewidth']", "matplotlib.rcParams['lines.linewidth'] = 7", "matplotlib.rcParams['lines.linewidth'] = 9"),
    "future": ("make().__annotations__", "from __future__ import annotations", "pass"),
}


@pytest.mark.parametrize("look, change, again", MET.values(), ids=MET)
def test_a_cell_meets_the_process_as_it_was(shell, tmp_path, monkeypatch, look, change, again):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text("old")
    shell.run_cell("import os, sys, time, warnings, decimal, numpy, pandas, matplotlib", silent=True)
    scene, records, seen = capsule.Scene(shell), [], []
    start = scene.now(shell)
    for number, source in enumerate((look, change, look, again, look), 1):
        source = f"def make(x: int = 0): return make\nseen = {source}" if source == look else source
        met = [_ferry.Met(item=item, data=data) for item, data in scene.moved()]
        records.append(_ferry.CellRecord(execution=number, count=number, source=source, status="ok", met=met))
        assert shell.run_cell(source, silent=True).success
        seen.append(repr(shell.user_ns.get("seen")))
    last = scene.now(shell)
    replayer = Replayer(shell, records, scene=scene)
    try:
        for number in (5, 1, 3):
            assert replayer.run(number).ok
            assert repr(shell.user_ns["seen"]) == seen[number - 1]
            assert scene.now(shell) == last
    finally:
        scene.put_back(start)
    assert len(set(seen)) > 1


def test_a_cell_that_cannot_meet_what_it_met_is_not_run(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scene, gone = capsule.Scene(shell), tmp_path / "gone"
    scene.moved()
    gone.mkdir()
    os.chdir(gone)
    records = [_ferry.CellRecord(execution=1, count=7, source="ran = 1", status="ok", met=[_ferry.Met(item=""), *(_ferry.Met(item=i, data=d) for i, d in scene.moved())])]
    os.chdir(tmp_path)
    gone.rmdir()
    outcome = Replayer(shell, records, scene=scene).run(1)
    assert not outcome.ok and outcome.reason.startswith("cell [7] was not run again: cwd cannot be what it was")
    assert "ran" not in shell.user_ns and os.getcwd() == str(tmp_path)


def test_a_folder_that_is_gone_costs_no_record(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scene, gone = capsule.Scene(shell), tmp_path / "gone"
    scene.moved()
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    met = scene.moved()
    assert [item for item, _ in met] == ["cwd"] and scene.moved() == []
    os.chdir(tmp_path)
    assert [item for item, _ in scene.moved()] == ["cwd"]
    record = _ferry.CellRecord(execution=1, count=7, source="ran = 1", status="ok", met=[_ferry.Met(item=""), *(_ferry.Met(item=i, data=d) for i, d in met)])
    assert Replayer(shell, [record], scene=scene).run(1).reason == "cell [7] was not run again: cwd cannot be what it was"


def test_a_record_that_does_not_say_what_its_cell_met_leaves_the_process_alone(shell):
    record = _ferry.CellRecord(execution=1, count=1, source="where = __import__('os').getcwd()", status="ok")
    assert Replayer(shell, [record], scene=capsule.Scene(shell)).run(1).ok and shell.user_ns["where"] == os.getcwd()


def test_the_error_it_had_is_expected(replay):
    assert replay("1 / 0", status="error").ok
    assert replay("1", status="error").reason == "cell [7] ran again and ended without the error it had"
