"""A replayed cell does outside what its record allows and no more, says nothing, and ends when it must."""
import os
import signal
import sys
import threading
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kernelferry import _ferry
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
    assert not outcome.ok and outcome.reason.startswith("In[7] was stopped: it was about to ") and what in outcome.reason
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
    assert replay("import builtins; builtins.ferry_go.set(); builtins.ferry_done.wait(30)").reason.startswith("In[7] raised Attr")
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


def test_the_deadline_ends_it(replay, monkeypatch):
    monkeypatch.setattr(replayer, "LEAST", 0.2)
    outcome = replay("while True: time.sleep(60)")
    assert not outcome.ok and "took longer" in outcome.reason
    monkeypatch.setattr("kernelferry.replay.quiet.AGAIN", 0.05)
    outcome = replay("for _ in range(3):\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass")
    assert not outcome.ok and "took longer" in outcome.reason  # though it swallowed the interrupts


def test_an_interrupt_ends_the_resume(replay):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        replay("os.kill(os.getpid(), 2); time.sleep(60)", ("subprocess", "os.kill"))
    assert signal.getsignal(signal.SIGINT) is before


def test_the_error_it_had_is_expected(replay):
    assert replay("1 / 0", status="error").ok
    assert replay("1", status="error").reason == "In[7] ended without the error it had"
