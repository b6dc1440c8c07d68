"""What a cell behind the last save did to the world stands there once after the engine was killed, whoever held what it wrote to."""

import pytest

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


def test_nothing_of_what_is_preloaded_reaches_other_programs(notebook):
    kernel = notebook.open(LD_PRELOAD="libm.so.6")
    shown = kernel.run("import os, subprocess; print(os.environ['LD_PRELOAD'], 'libferry_outside' in open('/proc/self/maps').read())", "c0").text
    assert shown == "[stdout] libm.so.6 True\n"


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
