"""A generation brought back in a scratch engine: what it proves, what it finds, and that it leaves no trace."""

import contextlib
import json
import os
import time
import types
from pathlib import Path

import psutil
import pytest

from kernelferry.session import config, rehearsal
from tests.client import Kernel
from tests.processes import below

PATIENCE = 240  # seconds: what is waited for has the lowest priority


@pytest.fixture
def start(tmp_path):
    kernels = []

    def begin(**environment):
        (tmp_path / "work").mkdir(exist_ok=True)
        kernels.append(Kernel(tmp_path / "home", tmp_path / "n.ipynb", tmp_path / "work", **environment))
        return kernels[-1]

    yield begin
    for kernel in kernels:
        kernel.kill()


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


def generation(kernel):
    return kernel.magic("%session")["generations"][0]


def test_a_rehearsal_proves_what_comes_back_and_runs_no_exit_function(start, tmp_path):
    kernel = start(FERRY_REHEARSE="never")
    kernel.run("import atexit, numpy as np\na = np.arange(5); b = a[1:]; d = {'a': a}\n"
               "def left(): open('left', 'w').close()\natexit.register(left)")
    kernel.run("class P:\n    def __init__(self): self.d = d\np = P(); c = (i for i in d)")
    told = kernel.magic("%session rehearse")
    assert told["messages"][0].startswith("generation 1 was rehearsed: ") and " of " in told["messages"][0]
    assert told["generations"][0]["proved"] is True
    assert generation(kernel)["proved"] is True and kernel.control("ferry_status_request")["proved"] is True
    assert os.listdir(tmp_path / "work") == []
    assert sorted(path.name for path in (tmp_path / "home").iterdir() if path.name.startswith("rehearsal")) == []
    assert [kernel.evaluate([name])[0] for name in ("len(d)", "p.d is d", "b.base is a")] == ["1", "True", "True"]
    number = generation(kernel)["generation"]
    kernel.run("d['more'] = 1")
    kernel.magic("%checkpoint")
    assert kernel.control("ferry_status_request")["proved"] is False, "nothing was shown yet of the newest generation"
    kernel.suspend()
    again = start(FERRY_RESUME="never", FERRY_REHEARSE="never")
    assert again.magic(f"%resume {number}")["proved"] is True


def test_what_does_not_come_back_is_found_before_it_is_needed(start):
    """Its state comes from the outside when it is loaded: equal now, different in any other process."""
    kernel = start(FERRY_REHEARSE="never")
    kernel.run("import os\nclass Here:\n    def __init__(self): self.pid = os.getpid()\n"
               "    def __reduce__(self): return (Here, ())\nhere = Here(); good = [1]")
    told = kernel.magic("%session rehearse")
    assert "3 of 4 names came back equal" in told["messages"][0] and "not: here (" in told["messages"][0], told["messages"]
    assert told["generations"][0]["proved"] is False


def test_it_touches_nothing_outside(start, tmp_path):
    kernel = start(FERRY_REHEARSE="never")
    kernel.run("def touch(name): open(name, 'a').close(); return Touching(name)\nclass Touching:\n    def __init__(self, name): self.name = name\n"
               "    def __reduce__(self): return (touch, (self.name,))\nt = Touching('loaded')")
    kernel.run("def g():\n    yield 1\nf = open('replayed', 'a'); f.close(); c = g()\n%session replay-ok 2")
    told = kernel.magic("%session rehearse")
    assert "not: " in told["messages"][0] and "t (" in told["messages"][0]
    assert os.listdir(tmp_path / "work") == ["replayed"] and (tmp_path / "work" / "replayed").stat().st_size == 0


def test_what_is_open_to_write_comes_back_in_it_and_cannot_be_written_by_it(start, tmp_path):
    kernel = start(FERRY_REHEARSE="never")
    kernel.run("import mmap, sqlite3\nlog = open('log', 'a'); print('one', file=log, flush=True)\nraw = open('raw', 'wb', buffering=0)\n"
               "con = sqlite3.connect('db'); con.execute('create table t (x)'); con.commit()\n"
               "with open('mapped', 'w+b') as file:\n    file.write(bytes(9)); file.flush(); mapped = mmap.mmap(file.fileno(), 0)")
    kernel.run("class Eager:\n    def __setstate__(self, state):\n        self.__dict__.update(state); self.file.write('more'); self.file.flush()\n"
               "eager = Eager(); eager.file = open('eager', 'w')")
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "work").iterdir()}
    told = kernel.magic("%session rehearse")["messages"][0]
    assert "7 of 9 names came back equal, 1 cannot be compared, not: eager (" in told and "Bad file descriptor" in told, told
    assert before == {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "work").iterdir()}


def test_it_begins_by_itself_when_it_is_quiet_and_is_no_child_of_the_session(start):
    kernel = start(FERRY_REHEARSE="0.2")
    answer = kernel.run("import psutil, time\nx = [1, 2]\n")
    assert answer.status == "ok"
    engine = psutil.Process(int(kernel.evaluate(["__import__('os').getpid()"])[0]))
    # Seen from outside: asking the kernel would be a cell, and begin the quiet anew.
    sessions = Path(engine.cwd()).parent / "home" / "sessions"

    def proofs():
        files = list(sessions.glob("*/session.json"))
        return files and json.loads(files[0].read_text()).get("proofs")

    wait_for("no rehearsal by itself", lambda: proofs())
    assert not below(engine.pid, word="rehearse")
    assert generation(kernel)["proved"] is True


def test_what_a_replay_does_not_bring_back_is_stored_from_then_on(start):
    kernel = start(FERRY_REHEARSE="never")
    kernel.run("import os\nx = [os.getpid()]; y = [1]\n")
    kernel.magic("%session recompute x y")
    told = kernel.magic("%session rehearse")["messages"][0]
    assert "not: x (" in told and "2 of 3 names came back equal" in told, told
    kernel.run("z = 1")
    found = kernel.magic("%checkpoint")["variables"]
    assert (found["x"]["way"], found["x"]["reason"]) == ("stored", "made again in a rehearsal, it came out different")
    assert found["y"]["way"] == "replayed"


def test_one_that_takes_too_much_memory_ends_and_proves_nothing(start):
    """The cell makes far more there than here."""
    kernel = start(FERRY_REHEARSE="never", FERRY_MEMORY="400M")
    kernel.run("scratch = b'rehearse' in open('/proc/self/cmdline', 'rb').read()\nwanted = b'x' * (350_000_000 if scratch else 1)\nwhile len(wanted) > 1: pass")
    kernel.magic("%session recompute wanted")
    refused = kernel.run("%session rehearse")
    assert "memory ran short" in refused.error, refused
    assert generation(kernel)["proved"] is False and kernel.evaluate(["len(wanted)"]) == ["1"]


def test_a_machine_on_battery_or_short_of_memory_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(rehearsal, "Path", lambda path: tmp_path / path.lstrip("/"))
    monkeypatch.setattr(rehearsal._ferry, "memory_left", lambda own: 2**30)
    assert rehearsal.unfit(2**20, 0) == ""
    assert rehearsal.unfit(2**28, 0) == "memory is short"
    supply = tmp_path / "sys/class/power_supply"
    for name, online, lack in (("AC", "0", "it runs on battery"), ("USB", "1", "")):
        (supply / name).mkdir(parents=True)
        (supply / name / "online").write_text(online + "\n")
        assert rehearsal.unfit(2**20, 0) == lack


@pytest.mark.parametrize("environ, due", [({"FERRY_REHEARSE": "never"}, False), ({}, True)])
def test_never_is_never(tmp_path, environ, due):
    quiet = config.load({"JUPYTER_CONFIG_DIR": str(tmp_path), **environ}).rehearse
    session = types.SimpleNamespace(info={}, start="first", config=types.SimpleNamespace(rehearse=quiet), arrivals=types.SimpleNamespace(busy=False),
                                    saver=types.SimpleNamespace(newest=types.SimpleNamespace(generation=1), clean=True, pace=types.SimpleNamespace(ran=0.0)))
    assert (rehearsal.Rehearsal(session).deadline() is not None) == due


def test_a_rehearsal_that_hangs_is_ended_with_the_session(start, tmp_path):
    kernel = start(FERRY_REHEARSE="0.2")
    kernel.run("import os, time\nclass Slow:\n    def __reduce__(self): return (wake, ())\n"
               "def wake(me=os.getpid()):\n    if os.getpid() != me: time.sleep(600)\n    return Slow()\ns = Slow()")

    def scratch():
        """Processes of the scratch engine, whose store lies in ours."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(psutil.Error):
                if "rehearse" in (process.info["cmdline"] or ()) and str(tmp_path / "home") in process.environ().get("FERRY_HOME", ""):
                    found.append(process.nice())
        return found

    wait_for("no rehearsal began at the lowest priority", lambda: scratch() and set(scratch()) == {19})
    kernel.suspend()
    wait_for("the scratch engine lives on", lambda: not scratch())
    assert not list((tmp_path / "home").glob("rehearsal-*"))
