"""What a cell behind the last save did to the world stands there once after the engine was killed, whoever held what it wrote to."""

import json
import shutil
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from tests.client import Kernel

LOG = """
import logging, logging.handlers
logger = logging.getLogger("run"); logger.setLevel("INFO")
logger.addHandler(logging.FileHandler("run.log"))
logger.addHandler(logging.handlers.RotatingFileHandler("rotating.log", maxBytes=10**6))
"""


def crash(notebook, saved, behind):
    """The first cells are saved, the others run after that; the engine is killed, and the session comes back -> what became of these."""
    notebook.write(*(f"c{n}" for n in range(len(saved) + len(behind) + 2)))
    kernel = notebook.open(FERRY_SAVE="manual")
    for number, source in enumerate(saved):
        assert kernel.run(source, f"c{number}").status == "ok"
    kernel.magic("%checkpoint")
    for number, source in enumerate(behind, len(saved)):
        answer = kernel.run(source, f"c{number}")
        assert answer.status == "ok", answer.error
    kernel.kill()
    kernel = notebook.open()
    assert kernel.run("'it is back'", "c0").status == "ok"
    return kernel.magic("%resume")["cells_behind"]


def lines(path):
    return path.read_text().splitlines()


def test_lines_of_a_log(notebook):
    behind = crash(notebook, [LOG, "kept = [1]"], ["logger.info('once'); made = 1", "other = len(kept)"])
    assert [outcome["status"] for outcome in behind] == ["not-replayed", "not-replayed"], behind
    assert lines(notebook.folder / "run.log") == lines(notebook.folder / "rotating.log") == ["once"]
    assert "it wrote a file" in behind[0]["reason"] and ".log" in behind[0]["reason"]
    assert behind[1]["reason"] == "cell [3] before it was not run again, and it may depend on what that did"


def unsafe(kernel):
    return [(effect["cell"], effect["kind"], effect["detail"]) for effect in kernel.magic("%session effects")["effects"] if effect["unsafe"]]


def test_what_is_no_cells_doing(notebook):
    (notebook.folder / "real").mkdir()
    (notebook.folder / "link").symlink_to(notebook.folder / "real")
    profile = notebook.folder / "link" / "profile_default"
    profile.mkdir()
    kernel = notebook.open(IPYTHONDIR=str(notebook.folder / "link"))
    for number in range(3):
        kernel.run(f"a = {number}", "c0")
    assert unsafe(kernel) == []
    kernel.run("%logstart", "c1")
    kernel.run("import uuid; made = uuid.uuid1()", "c2")
    assert [(cell, detail) for cell, _, detail in unsafe(kernel)] == [(4, "ipython_log.py")]
    kernel.kill()
    (profile / "ipython_kernel_config.py").write_text(f"get_config().HistoryManager.hist_file = {str(notebook.folder / 'history.sqlite')!r}")
    kernel = notebook.open(IPYTHONDIR=str(notebook.folder / "link"))
    for number in range(3):
        kernel.run(f"a = {number}", "c0")
    assert [cell for cell, _, _ in unsafe(kernel)] == [4] and (notebook.folder / "history.sqlite").exists()


def test_names_that_are_no_text(notebook):
    behind = crash(notebook, ["kept = [1]"], ["open(b'a\\xff', 'a').write('x')", "open('b\\udcff', 'a').write('x')"])
    assert [outcome["reason"] for outcome in behind] == [rf"it wrote a file ({name}\xff)" for name in "ab"]
    assert notebook.kernels[-1].evaluate(["kept"]) == ["[1]"]


IN_C = {  # what writes, and what reads it
    "dbm": ("import dbm.ndbm as dbm\nwith dbm.open('once', 'c') as counts: counts['n'] = str(int(counts.get('n', b'0')) + 1)",
            "with dbm.open('once', 'r') as counts: found = int(counts['n'])"),
    "duckdb": ("import duckdb\nwith duckdb.connect('once.db') as con: con.execute('create table if not exists t (x int); insert into t values (1)')",
               "with duckdb.connect('once.db', read_only=True) as con: (found,) = con.execute('select count(*) from t').fetchone()"),
    "polars": ("import os, polars\npolars.DataFrame({'x': [1]}).write_parquet('once.parquet')", "found = polars.read_parquet('once.parquet')['x'].sum()"),
}


@pytest.mark.parametrize("writing, reading", IN_C.values(), ids=IN_C)
def test_files_that_libraries_open_in_c(notebook, writing, reading):
    behind = crash(notebook, ["kept = [1]"], ["other = len(kept)", writing])
    assert [outcome["status"] for outcome in behind] == ["replayed", "not-replayed"], behind
    assert "it wrote a file" in behind[1]["reason"] and "once" in behind[1]["reason"]
    kernel = notebook.kernels[-1]
    assert kernel.run(writing.split("\n")[0] + "\n" + reading, "c1").status == "ok" and kernel.evaluate(["int(found)"]) == ["1"]
    effects = kernel.magic("%session effects")["effects"]
    newest = max(effect["cell"] for effect in effects)
    assert not [effect for effect in effects if effect["cell"] == newest and effect["unsafe"]]


TWICE = {  # what is saved, what runs after that, and what shows how often it was done
    "a file that stood in the temporary folder": (
        "import os, tempfile\nplace = tempfile.gettempdir() + '/once'\nopen(place, 'w').close()",
        "try: open(place, 'x')\nexcept FileExistsError: pass\nopen(place, 'a').write('x')", "open(place).read() == 'x'"),
    "memory that processes share": (
        "from multiprocessing.shared_memory import SharedMemory\nname = 'ferry-test-once'\nmemory = SharedMemory(name, create=True, size=8)",
        "memory.buf[0] += 1", "open('/dev/shm/' + name, 'rb').read(1) == b'\\1'"),
}


@pytest.mark.parametrize("saved, source, once", TWICE.values(), ids=TWICE)
def test_what_stands_outside_is_changed_once(notebook, monkeypatch, saved, source, once):
    monkeypatch.setenv("TMPDIR", str(notebook.folder))
    try:
        crash(notebook, [saved], [source])
        assert notebook.kernels[-1].evaluate([once]) == ["True"]
    finally:
        Path("/dev/shm/ferry-test-once").unlink(missing_ok=True)


def test_what_a_cell_wrote_into_a_folder_of_its_own_is_written_again(notebook):
    uses = "with tempfile.TemporaryDirectory() as folder:\n    {}"
    behind = crash(notebook, ["import polars, tempfile"], [
        uses.format("polars.DataFrame({'x': [1]}).write_parquet(folder + '/x'); rows = polars.read_parquet(folder + '/x').height"),
        uses.format("open(folder + '/x', 'w').write('text'); text = open(folder + '/x').read()")])
    assert [outcome["status"] for outcome in behind] == ["replayed", "replayed"], behind
    assert notebook.kernels[-1].evaluate(["rows", "text"]) == ["1", "'text'"]


def test_a_line_in_the_systems_log(notebook):
    behind = crash(notebook, ["import syslog"], ["syslog.syslog('once')"])
    assert [outcome["reason"] for outcome in behind] == ["it used the network (syslog.syslog)"]


IN_A_FOLDER = """
import ctypes, os
libc = ctypes.CDLL(None)
def append(folder, name):
    at = os.open(folder, os.O_RDONLY)
    file = libc.openat(at, name, os.O_WRONLY | os.O_APPEND)
    os.write(file, b"x"); os.close(file); os.close(at)
"""


def test_files_that_are_named_from_an_open_folder(notebook):
    (notebook.folder / "folder").mkdir()
    (notebook.folder / "does.py").write_text(IN_A_FOLDER)
    for place in (notebook.folder, notebook.folder / "folder"):
        (place / "once.txt").touch()
    behind = crash(notebook, ["import sys; sys.path.insert(0, '.')\nimport does"], ["does.append('folder', b'once.txt')"])
    assert [outcome["reason"] for outcome in behind] == [f"it wrote a file ({notebook.folder / 'folder' / 'once.txt'})"]
    assert (notebook.folder / "folder" / "once.txt").read_text() == "x"


LOADED = "import os, subprocess; print(os.environ.get('LD_PRELOAD'), 'libferry_outside' in open('/proc/self/maps').read())"


def test_nothing_of_what_is_preloaded_reaches_other_programs(notebook):
    kernel = notebook.open(LD_PRELOAD="libm.so.6 libdl.so.2")
    assert kernel.run(LOADED, "c0").text == "[stdout] libm.so.6 libdl.so.2 True\n"


def test_an_installation_below_a_folder_with_a_space(notebook, monkeypatch):
    package, kernels = notebook.folder / "my own" / "kernelferry", notebook.folder / "kernels" / "spaced"
    spec = KernelSpecManager().get_kernel_spec("ferry").to_dict()
    installed = Path(spec["argv"][0]).parent.parent
    for name in ("bin/ferry-relay", "libferry_outside.so"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(installed / name, package / name)
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(json.dumps(spec | {"argv": [str(package / "bin/ferry-relay"), *spec["argv"][1:]]}))
    monkeypatch.setenv("JUPYTER_PATH", str(notebook.folder))
    kernel = Kernel(notebook.home, notebook.path, notebook.folder, kernel="spaced")
    notebook.kernels.append(kernel)
    assert kernel.run(LOADED, "c0").text == "[stdout] None True\n"


def test_a_rehearsal_stops_what_a_library_would_write_in_c(notebook):
    notebook.write("c0", "c1")
    kernel = notebook.open(FERRY_SAVE="manual", FERRY_REHEARSE="never")
    assert kernel.run("import os, polars\npolars.DataFrame({'x': [1]}).write_parquet('once.parquet'); rows = (n for n in range(3))", "c0").status == "ok"
    kernel.run("os.remove('once.parquet')", "c1")
    kernel.magic("%session replay-ok 1")
    told = kernel.magic("%session rehearse")
    assert not (notebook.folder / "once.parquet").exists(), told
    kernel.kill()
    kernel = notebook.open()
    assert kernel.run("list(rows)", "c1").text.endswith("[execute_result] [0, 1, 2]\n") and (notebook.folder / "once.parquet").exists()


WAITS = """
import sys; sys.path.insert(0, '.')
open('waits.py', 'w').write('''
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
pool.submit(int).result()
def put(): pool.submit(lambda: open('once.txt', 'a').write('x'))
''')
import waits
"""
LATER = {  # what is saved, and what runs after that and is done a little later
    "by a task": ("import asyncio\nasync def late():\n    await asyncio.sleep(.05); open('once.txt', 'a').write('x')", "task = asyncio.create_task(late())"),
    "by a callback": ("import asyncio\ndef late(): open('once.txt', 'a').write('x')", "_ = asyncio.get_running_loop().call_later(.05, late)"),
    "by a thread that waits": (WAITS, "waits.put()"),
}
WRITTEN = "import asyncio, os\nwhile not os.path.exists('once.txt') or not os.path.getsize('once.txt'): await asyncio.sleep(.01)"


@pytest.mark.parametrize("saved, source", LATER.values(), ids=LATER)
def test_what_a_cell_has_left_to_be_done_later(notebook, saved, source):
    behind = crash(notebook, [saved], [source, WRITTEN])
    assert [outcome["status"] for outcome in behind] == ["not-replayed", "not-replayed"], behind
    at_once = "it wrote a file (once.txt)"  # a thread may be that quick
    assert behind[0]["reason"] == at_once or "it may have left something to do to what went on when it ended" in behind[0]["reason"]
    assert (notebook.folder / "once.txt").read_text() == "x"


def test_the_history_of_ipython_is_no_thread_of_the_session(notebook):
    kernel = notebook.open()
    kernel.run("!true", "c0")
    kernel.run("a = 1", "c1")
    assert not [effect for effect in kernel.magic("%session effects")["effects"] if effect["kind"] in ("running", "thread")]


def test_processes_that_no_call_of_pythons_tells(notebook):
    (notebook.folder / "does.py").write_text("def once(): open('once.txt', 'a').write('x')\n")
    saved = "import sys; sys.path.insert(0, '.')\nimport does, joblib, math, multiprocessing\nspawn = multiprocessing.get_context('spawn')"
    behind = crash(notebook, [saved], ["child = spawn.Process(target=does.once); child.start(); child.join(); del child"])
    assert [outcome["status"] for outcome in behind] == ["not-replayed"] and "a program that no call of Python's tells" in behind[0]["reason"], behind
    assert (notebook.folder / "once.txt").read_text() == "x"
    kernel = notebook.kernels[-1]
    assert kernel.run("joblib.Parallel(2)(joblib.delayed(math.sqrt)(n) for n in range(4))", "c1").status == "ok"
    assert ("subprocess", False) in [(effect["kind"], effect["unsafe"]) for effect in kernel.magic("%session effects")["effects"]]
