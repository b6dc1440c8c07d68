"""What a cell does outside its namespace, as the audit hook hears it, and random draws."""
import contextlib
import os
import pickle
import random
import subprocess
import sys
import tempfile

import pytest

from kernelferry import _ferry


def open_now():
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            yield os.readlink(f"/proc/self/fd/{number}")


@pytest.fixture
def hearing(session, tmp_path, monkeypatch):
    session.observer.install_audit_hook(list(open_now()))  # the process of the tests has files of its own
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text("old")
    session.run("import os, subprocess, socket, sqlite3, threading, shutil, tempfile, io, pathlib")
    return session


EFFECTS = {
    "write": ("open('a.txt', 'w').close()", ("file-write", "a.txt", True)),
    "append": ("open('old.txt', 'a').close()", ("file-write", "old.txt", True)),
    "update": ("open('old.txt', 'r+').close()", ("file-write", "old.txt", True)),
    "write by descriptor": ("os.close(os.open('a.txt', os.O_WRONLY | os.O_CREAT))", ("file-write", "a.txt", True)),
    "write by pathlib": ("pathlib.Path('a.txt').write_text('x')", ("file-write", "a.txt", True)),
    "write in a function": ("def f(): open('a.txt', 'w').close()\nf()", ("file-write", "a.txt", True)),
    "write in a thread": ("t = threading.Thread(target=lambda: open('a.txt', 'w').close()); t.start(); t.join()", ("file-write", "a.txt", True)),
    "copy": ("shutil.copyfile('old.txt', 'new.txt')", ("file-write", "new.txt", True)),
    "remove": ("os.remove('old.txt')", ("file-remove", "old.txt", True)),
    "rename": ("os.rename('old.txt', 'new.txt')", ("file-remove", "old.txt", True)),
    "truncate": ("os.truncate('old.txt', 0)", ("file-write", "old.txt", True)),
    "mkdir": ("os.mkdir('d')", ("file-write", "d", False)),
    "chmod": ("os.chmod('old.txt', 0o600)", ("file-write", "old.txt", True)),
    "symlink": ("os.symlink('old.txt', 'link')", ("file-write", "link", True)),
    "database file": ("sqlite3.connect('x.db').close()", ("file-write", "x.db", True)),
    "subprocess": ("subprocess.run(['true'])", ("subprocess", "true", True)),
    "a question to the machine": ("subprocess.run(['uname'], stdout=subprocess.DEVNULL)", ("subprocess", "uname", False)),
    "system": ("os.system('true')", ("subprocess", "true", True)),
    "network": ("s = socket.socket(); s.settimeout(1)\ntry: s.connect(('127.0.0.1', 1))\nexcept OSError: pass\ns.close()", ("network", "127.0.0.1:1", True)),
    "environment": ("os.environ['FERRY_TEST_X'] = '1'; del os.environ['FERRY_TEST_X']", ("environ", "FERRY_TEST_X", False)),
    "directory": ("os.chdir('/')", ("cwd", "/", False)),
    "thread": ("stop = threading.Event(); t = threading.Thread(target=stop.wait, daemon=True); t.start()", ("thread", "still running when the cell ended", False)),
    "import": ("import math", ("module", "math", False)),
    "clock": ("import time\ntime.time()", ("clock", "time.time", False)),
    "clock in a function": ("import time\ndef f(): return time.perf_counter()\nf()", ("clock", "perf_counter", False)),
    "clock that is given away": ("import datetime\nf = lambda: map(datetime.datetime.now, [None])", ("clock", "now", False)),
    "uuid": ("import uuid\nuuid.uuid4()", ("clock", "uuid4", False)),
    "raw memory": ("import ctypes\nctypes.string_at(id(5))", ("memory", "ctypes.string_at", True)),
}


@pytest.mark.parametrize("source, effect", EFFECTS.values(), ids=EFFECTS)
def test_effect(hearing, source, effect):
    record = hearing.run(source)
    if "stop" in hearing.ns:
        hearing.ns["stop"].set()
    assert record.status == "ok"
    assert effect in [(e.kind, e.detail, e.unsafe) for e in record.effects]


HELD = {  # what an earlier cell opened, and what a later one writes to it
    "by a logger": ("import logging; logging.getLogger('ferry-held').addHandler(logging.FileHandler('held.txt'))", "logging.getLogger('ferry-held').error('x')"),
    "by a descriptor": ("held = os.open('held.txt', os.O_WRONLY | os.O_CREAT)", "os.write(held, b'x')"),
    "by a writer of rows": ("import csv; held = open('held.txt', 'w', 1); rows = csv.writer(held).writerow", "rows([1])"),
    "as the standard output": ("import contextlib; held = open('held.txt', 'w', 1)", "with contextlib.redirect_stdout(held): print('x')"),
    "and closed": ("held = open('held.txt', 'w')", "held.write('x'); held.close()"),
    "by a connection": ("held = sqlite3.connect('held.txt')", "held.execute('create table t (x)'); held.commit()"),
    "in the same place": ("held = open('held.txt', 'wb', 0); held.write(b'x')", "held.seek(0); held.write(b'y')"),
}


@pytest.mark.parametrize("opening, writing", HELD.values(), ids=HELD)
def test_what_is_written_to_a_file_that_an_earlier_cell_opened(hearing, tmp_path, opening, writing):
    hearing.run(opening)
    assert hearing.run("1 + 1").effects == []
    record = hearing.run(writing)
    assert ("file-write", str(tmp_path / "held.txt"), True) in [(e.kind, e.detail, e.unsafe) for e in record.effects]
    assert hearing.run("1 + 1").effects == []


def test_what_is_opened_between_cells_and_what_nobody_will_find(hearing, tmp_path):
    with open("between.txt", "w", 1) as between, tempfile.TemporaryFile("w", buffering=1, dir=tmp_path) as gone:
        hearing.ns.update(between=between, gone=gone)
        assert hearing.run("gone.write('x\\n')").effects == []
        assert [e.detail for e in hearing.run("between.write('x\\n')").effects] == [str(tmp_path / "between.txt")]


TEMPORARY = {
    "a folder": "with tempfile.TemporaryDirectory() as d: open(d + '/a', 'a').close(); os.mkdir(d + '/b'); open(d + '/b/c', 'w').close(); os.chmod(d + '/a', 0o600)",
    "a folder that is removed": "d = tempfile.mkdtemp(); open(d + '/a', 'w').close(); shutil.rmtree(d)",
}


@pytest.mark.parametrize("source", TEMPORARY.values(), ids=TEMPORARY)
def test_what_lies_in_a_new_temporary_folder_is_safe(hearing, source):
    assert {(e.kind, e.unsafe) for e in hearing.run(source).effects} == {("file-write", False)}


def test_only_the_cell_that_made_a_temporary_folder_is_safe(hearing, tmp_path):
    assert not any(e.unsafe for e in hearing.run("d = tempfile.mkdtemp()").effects)
    (effect,) = [e for e in hearing.run("open(d + '/a', 'w').close()").effects if e.unsafe]
    assert effect.kind == "file-write"
    effects = hearing.run("shutil.copy(d + '/a', 'a'); e = tempfile.mkdtemp(); open(e + '/a', 'w').close(); os.rename(e + '/a', 'old.txt'); shutil.rmtree(d)").effects
    assert {e.detail for e in effects if e.unsafe and e.kind == "file-remove"} == {hearing.ns["e"] + "/a", hearing.ns["d"] + "/a", hearing.ns["d"]}


def test_reading_a_file_that_may_be_written_is_no_writing(hearing, tmp_path):
    os.utime(tmp_path / "old.txt", (1, 1))
    hearing.run("both = open('old.txt', 'r+')")
    assert hearing.run("both.read()").effects == []


def test_locks_of_the_session_outlive_the_digest_of_a_file(hearing, tmp_path):
    hearing.run("import fcntl; f = open('old.txt', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX)")
    record = hearing.run("g = open('old.txt'); text = g.read()")
    assert any(e.kind == "file-read" and "digest" in e.detail for e in record.effects)
    held = "import fcntl\ntry: fcntl.lockf(open('old.txt', 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept OSError: print('held')"
    assert subprocess.run([sys.executable, "-c", held], cwd=tmp_path, capture_output=True, text=True).stdout == "held\n"


SILENT = {
    "nothing": "x = 1",
    "reading a library": "import colorsys\nx = colorsys.__loader__.get_data(colorsys.__file__)",
    "memory database": "sqlite3.connect(':memory:').close()",
    "null device": "open('/dev/null', 'w').close()",
    "named tuple": "import collections\nP = collections.namedtuple('P', 'a b')",
    "data class": "import dataclasses\n@dataclasses.dataclass\nclass D: a: int = 1",
    "log": "import logging\nlogging.getLogger('ferry-test').debug('x')",
    "progress bar": "import tqdm\nfor _ in tqdm.tqdm(range(3), file=io.StringIO()): pass",
    "own buffer": "io.BytesIO().write(b'x')",
    "time of a simulation": "class Env: now, id = 3, 4\nenv = Env(); x = env.now + env.id\nclass Process:\n  def wait(self): return self.env.now, self.env.id",
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_no_effect(hearing, source):
    record = hearing.run(source)
    assert record.status == "ok"
    assert [(e.kind, e.detail) for e in record.effects if e.kind != "module"] == []
    assert not record.door, hearing.observer.door_reason


def test_read_file_is_noted_with_size_and_time(hearing):
    (effect,) = hearing.run("open('old.txt').close()").effects
    assert effect.kind == "file-read" and effect.detail.startswith("old.txt (3 bytes, mtime ") and not effect.unsafe


def test_files_are_told_by_their_paths_where_a_cell_names_descriptors(hearing, tmp_path):
    hearing.run("opened = os.open('old.txt', os.O_RDONLY); nameless = os.memfd_create('x')")
    (effect,) = hearing.run("os.fchmod(opened, 0o600); os.ftruncate(nameless, 3)").effects
    assert (effect.kind, effect.detail, effect.unsafe) == ("file-write", str(tmp_path / "old.txt"), True)


def test_new_temporary_file_is_safe(hearing):
    effects = hearing.run("with tempfile.NamedTemporaryFile(): pass").effects
    assert [(e.kind, e.unsafe) for e in effects] == [("file-write", False)]


def test_unpickling_reads_the_session(hearing):
    hearing.run("class A: pass\nimport pickle\nblob = pickle.dumps(A())")
    hearing.learn()
    record = hearing.run("pickle.loads(blob)")
    assert "A" in record.reads and not record.door


def test_frame_taken_by_unknown_library_is_a_door(hearing):
    import sys
    import types

    library = types.ModuleType("somebodys_library")
    exec("import sys\ndef spy(): return sys._getframe(1).f_globals", library.__dict__)
    sys.modules["somebodys_library"] = library
    try:
        assert hearing.run("import somebodys_library; somebodys_library.spy()").door
    finally:
        del sys.modules["somebodys_library"]


def test_at_most_64_and_then_how_many(hearing):
    effects = hearing.run("for i in range(70): open(f'n{i}', 'w').close()").effects
    assert len(effects) == 65 and (effects[-1].kind, effects[-1].detail, effects[-1].unsafe) == ("more", "and 6 more", True)


def test_nothing_is_heard_between_cells(hearing, tmp_path):
    (tmp_path / "between.txt").write_text("x")
    assert hearing.run("x = 1").effects == []


def test_noted_effect(hearing):
    hearing.ns["ask"] = lambda: hearing.observer.note("input", "Name?", True)
    assert [(e.kind, e.detail, e.unsafe) for e in hearing.run("ask()").effects] == [("input", "Name?", True)]


def states():
    found = {"random": pickle.dumps(random.getstate())}
    import numpy

    found["numpy.random"] = pickle.dumps(numpy.random.get_state())
    return found


DRAWS = {
    "random": ("random.random()", ["random"]),
    "seed": ("random.seed(3)", ["random"]),
    "numpy": ("np.random.rand()", ["numpy.random"]),
    "numpy, spare value": ("np.random.randn()", ["numpy.random"]),
    "both": ("random.random(); np.random.rand()", ["numpy.random", "random"]),
    "own generator": ("np.random.default_rng(1).random()", []),
    "nothing": ("x = 1", []),
}


@pytest.mark.parametrize("source, drew", DRAWS.values(), ids=DRAWS)
def test_draws(session, source, drew):
    pytest.importorskip("numpy")
    session.observer.set_generators(states)
    session.run("import random, numpy as np\nnp.random.seed(0); np.random.randn()")  # leaves a spare value
    before = states()
    record = session.run(source)
    assert [g.generator for g in record.drew] == drew
    assert all(g.before == before[g.generator] for g in record.drew)


def test_states_are_made_only_after_a_draw(session):
    calls = []
    session.observer.set_generators(lambda: calls.append(1) or states())
    session.cells("import random", "x = 1", "x = 2")
    assert len(calls) == 1
    session.cells("random.random()", "x = 3", "x = 4")
    assert len(calls) == 2
