"""Cells that end the engine when they run again: a second engine brings the session back without them."""

import json
import time

import pytest

from .answers import said

QUICK = """import kernelferry.replay.replayer as r, kernelferry.session.fatal as f
r.LEAST, f.GRACE, r.FACTOR = 4, 1, 0  # seconds, of which cells that end need a few milliseconds
del r, f"""
ARMED = "import os, itertools\nif os.path.exists('armed'):\n    "
ENDS = {
    "segmentation fault": "import faulthandler; faulthandler._sigsegv()",
    "exit": "os._exit(0)",
    "abort": "os.abort()",
    "C that keeps the lock": "sum(itertools.repeat(0))",
    "swallowed interrupts": "while True:\n        try:\n            for _ in range(10**6): pass\n        except KeyboardInterrupt: pass",
}
HANGS = list(ENDS)[3:]


def arm(notebook):
    """Deadlines that a test can wait for, and a file that makes the cells end their engine from now on."""
    startup = notebook.folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "quick.py").write_text(QUICK)
    (notebook.folder / "armed").touch()


def cell(name, how):
    """Makes a generator, which only its cell can bring back."""
    return f"{ARMED}{ENDS[how]}\n{name} = (n for n in range(9)); next({name})"


@pytest.mark.parametrize("how", ENDS)
def test_the_session_comes_back_without_the_cell_that_ends_the_engine(notebook, how):
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    first.run(cell("g", how), "cell-1")
    first.run("h = (n for n in 'abc'); next(h)", "cell-2")
    first.suspend()
    arm(notebook)
    second = notebook.open()
    shown = second.run("kept.append(next(h)); kept", "cell-0")
    assert ("execute_result", "[1, 2, 'b']") in shown.outputs, said(shown)
    assert "1 not: g" in said(shown) and "%session replay-ok 2" in " ".join(said(shown).split())
    report = second.magic("%resume")["variables"]
    assert report["g"]["way"] == "lost" and "must not run again" in report["g"]["reason"]
    assert ("did not end within" if how in HANGS else "ended the engine") in report["g"]["reason"]
    assert report["h"]["way"] == "replayed" and report["kept"]["verified"] is True
    assert second.evaluate(["g"]) == ["raised NameError"]
    second.suspend()
    third = notebook.open()  # it is known by now
    shown = third.run("kept", "cell-0")
    assert ("execute_result", "[1, 2, 'b']") in shown.outputs and "left out" not in said(shown)


def test_a_cell_that_the_user_runs_again_and_that_ends_the_engine_again_is_told_so(notebook):
    kernel = notebook.open()
    crashes = "import ctypes\ndef inner():\n    ctypes.string_at(0)\ninner()"
    first = kernel.run(crashes, "cell-0")
    assert "signal 11" in first.error and "engines" not in first.error
    where = first.traceback.partition("It crashed in")[2]
    assert "string_at" in where and "a cell, line 3 in inner" in where and "a cell, line 4 in <module>" in where and "IPython" not in where
    assert kernel.run("1 + 1", "cell-1").status == "ok"
    again = kernel.run(crashes, "cell-0").error
    assert "This cell has ended 2 engines now: what it calls in C crashes." in again
    other = kernel.run("import os; os._exit(3)", "cell-2").error
    assert "status 3" in other and "engines" not in other
    assert "This cell has ended 2 engines now: something in it ends the process." in kernel.run("import os; os._exit(3)", "cell-2").error


def test_each_engine_leaves_out_one_more_and_at_last_none_runs_again(notebook):
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    for i in range(6):
        first.run(cell(f"g{i}", "exit"), "cell-1")
    first.suspend()
    arm(notebook)
    second = notebook.open()
    assert ("execute_result", "[1, 2]") in second.run("kept", "cell-0").outputs
    variables = second.magic("%resume")["variables"]
    assert all(variables[f"g{i}"]["way"] == "lost" for i in range(6)) and variables["kept"]["verified"] is True
    fatal = json.loads((notebook.session() / "session.json").read_text())["fatal"]
    assert len(fatal["cells"]) == 4 and fatal["in_a_row"] == 0
    assert not (notebook.session() / "replaying").exists()


def test_what_is_stored_comes_back_stored(notebook):
    first = notebook.open()
    first.run(f"{ARMED}os.abort()\nx = list(range(1000))", "cell-0")
    first.run("%session recompute x", "cell-1")
    assert first.magic("%checkpoint")["variables"]["x"]["way"] == "replayed"
    first.suspend()
    arm(notebook)
    second = notebook.open()
    assert second.evaluate(["x == list(range(1000))"]) == ["True"]
    assert second.magic("%resume")["variables"]["x"]["way"] == "stored"


def test_a_cell_behind_the_generation_is_left_out_and_may_be_allowed_again(notebook):
    first = notebook.open(FERRY_SAVE="manual")
    first.run("a = [1]", "cell-0")
    first.magic("%checkpoint")
    first.run(f"{ARMED}os._exit(3)\na.append(2)", "cell-1")
    first.kill()
    arm(notebook)
    second = notebook.open()
    shown = second.run("a", "cell-0")
    assert ("execute_result", "[1]") in shown.outputs and "not replayed: [2]: it ended the engine" in said(shown), said(shown)
    (notebook.folder / "armed").unlink()
    assert "replay-ok: 2" in said(second.run("%session replay-ok 2", "cell-2"))
    assert json.loads((notebook.session() / "session.json").read_text())["fatal"]["cells"] == []


def test_resume_that_ends_the_engine_is_answered_by_the_next(notebook):
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    first.run(cell("g", "abort"), "cell-1")
    first.magic("%checkpoint")
    first.restart(now=False)
    first.run("here = 5", "cell-2")
    arm(notebook)
    shown = first.run("%resume last", "cell-2")
    assert shown.status == "ok" and "1 not: g" in said(shown), said(shown) + shown.error
    assert first.evaluate(["kept", "here", "g"]) == ["[1, 2]", "5", "raised NameError"]
    before = first.run("later = 1\n%resume last --overwrite", "cell-2")
    assert before.status == "ok"


def test_a_rehearsal_finds_it_while_the_variable_lives(notebook):
    kernel = notebook.open()
    kernel.run(f"{ARMED}os._exit(0)\nx = list(range(1000))", "cell-0")
    kernel.run("%session recompute x", "cell-1")
    assert kernel.magic("%checkpoint")["variables"]["x"]["way"] == "replayed"
    arm(notebook)
    assert "cell [1] ended the engine" in said(kernel.run("%session rehearse", "cell-1"))
    assert kernel.magic("%checkpoint")["variables"]["x"]["way"] == "stored"


def test_a_restart_while_a_cell_that_runs_again_hangs_gives_a_clean_namespace(notebook):
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    first.run(cell("g", "swallowed interrupts"), "cell-1")
    first.suspend()
    arm(notebook)
    second = notebook.open()
    second.send("kept", "cell-0")
    while not (notebook.session() / "replaying").exists():
        time.sleep(0.01)
    second.client.shutdown(restart=True)
    while not (notebook.session() / "restart").exists():
        time.sleep(0.01)
    second.relay.kill()     # as servers do to one that does not end
    third = notebook.open()
    assert third.evaluate(["kept"]) == ["raised NameError"] and not (notebook.session() / "restart").exists()
    third.magic("%resume last")
    assert third.evaluate(["kept"]) == ["[1, 2]"]
