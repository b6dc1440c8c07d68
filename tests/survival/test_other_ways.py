"""What does not come back as planned comes another way, or is refused by name; and what cells read is compared."""

import json
import os
import time

import pytest


def ways(result):
    return {name: (e["way"], e["verified"]) for name, e in result["variables"].items()}


def leave(notebook, *cells, wishes=()):
    """A session that ran these cells, saved, and was ended."""
    kernel = notebook.open(FERRY_REHEARSE="never")
    for number, cell in enumerate(cells):
        answer = kernel.run(cell, f"cell-{number}")
        assert answer.status == "ok", answer.text
    for wish in wishes:
        kernel.magic(wish)
    kernel.magic("%checkpoint")
    kernel.suspend()


def back(notebook):
    kernel = notebook.open(FERRY_REHEARSE="never")
    kernel.run("pass", "cell-9")
    return kernel, kernel.magic("%resume")


def damage(notebook, name):
    """Cuts the blob that holds a variable off."""
    for blob in notebook.session().glob("blobs/*/*"):
        content = blob.read_bytes()
        if f'"names": ["{name}"]'.encode() in content:
            os.chmod(blob, 0o600)
            blob.write_bytes(content[:-20])
            return
    raise AssertionError(f"no blob holds {name}")


def test_what_cannot_be_loaded_is_made_again(notebook):
    leave(notebook, "a = [1, 2]", "b = [a[0] + 40]; other = [7]", "other.append(8); both = [other]")
    damage(notebook, "b")
    kernel, result = back(notebook)
    assert ways(result) == {"a": ("stored", True), "b": ("replayed", True), "other": ("stored", True), "both": ("stored", True)}
    entry = result["variables"]["b"]
    assert entry["code"] == "load-error" and "cells that make it were run again" in entry["reason"]
    assert kernel.evaluate(["b == [41]", "other == [7, 8]", "both[0] is other"]) == ["True"] * 3


def test_what_cannot_be_loaded_and_must_not_run_again_is_named(notebook):
    leave(notebook, "a = [1, 2]", "b = [3]; open('made.txt', 'w').close()")
    damage(notebook, "b")
    kernel, result = back(notebook)
    assert ways(result) == {"a": ("stored", True), "b": ("failed", None)}
    assert result["variables"]["b"]["code"] == "load-error"
    assert kernel.evaluate(["'b' in globals()"]) == ["False"]


def test_a_replay_that_comes_out_different_gives_way_to_the_stored_form(notebook):
    (notebook.folder / "in.txt").write_text("1")
    leave(notebook, "a = [open('in.txt').read()]", "c = [a]", wishes=["%session recompute a c"])
    (notebook.folder / "in.txt").write_text("2")
    kernel, result = back(notebook)
    assert ways(result) == {"a": ("stored", True), "c": ("stored", True)}
    assert "its stored form was loaded instead" in result["variables"]["a"]["reason"] and "in.txt" in result["variables"]["a"]["reason"]
    assert kernel.evaluate(["a == ['1']", "c[0] is a"]) == ["True", "True"]
    (changed,) = result["changed_files"]
    assert changed["file"] == "in.txt" and changed["cells"] == [1] and changed["was"].startswith("1 byte of ")
    assert any("in.txt, which cell [1] read" in message for message in result["messages"])


def test_a_replay_that_would_do_something_new_outside_is_stopped_and_named(notebook):
    (notebook.folder / "there.txt").write_text("x")
    leave(notebook, "import os", "if not os.path.exists('there.txt'): open('new.txt', 'w').close()\nl = (open(os.devnull), [5])")
    os.remove(notebook.folder / "there.txt")
    kernel, result = back(notebook)
    entry = result["variables"]["l"]
    assert entry["way"] == "failed" and entry["code"] == "replay-error" and "was stopped when it ran again: it was about to write the file (new.txt)" in entry["reason"]
    assert not (notebook.folder / "new.txt").exists()


def test_what_the_user_allowed_may_be_done_again(notebook):
    leave(notebook, "import os", "open('out.txt', 'a').write('x'); l = (open(os.devnull), [5])", wishes=["%session replay-ok 2"])
    _, result = back(notebook)
    assert ways(result)["l"] == ("replayed", None)
    assert (notebook.folder / "out.txt").read_text() == "xx"


def test_cells_behind_that_would_read_another_file_are_listed(notebook):
    (notebook.folder / "in.txt").write_text("1")
    kernel = notebook.open(FERRY_SAVE="manual", FERRY_REHEARSE="never")
    kernel.run("a = 1", "cell-0")
    kernel.magic("%checkpoint")
    kernel.run("b = open('in.txt').read()", "cell-1")
    kernel.kill()
    (notebook.folder / "in.txt").write_text("2")
    _, result = back(notebook)
    assert "b" not in result["variables"]
    (behind,) = [c for c in result["cells_behind"] if c["status"] != "replayed"]
    assert "read in.txt, which has changed since" in behind["reason"]


@pytest.mark.parametrize("later, told", [("same bytes", False), ("other bytes", True), ("gone", True), ("large, touched", True)])
def test_files_that_differ_are_told(notebook, later, told):
    path = notebook.folder / "in.txt"
    path.write_text("1" * (300_000 if later.startswith("large") else 4))
    leave(notebook, "a = len(open('in.txt').read())", "open('own.txt', 'w').write('x'); b = open('own.txt').read(); open('own.txt', 'w').write('y')")
    if later == "gone":
        path.unlink()
    else:
        path.write_text({"other": "2222"}.get(later.split()[0], path.read_text()))
        os.utime(path, (1, 1))
    _, result = back(notebook)
    assert [c["file"] for c in result["changed_files"]] == (["in.txt"] if told else [])
    assert json.dumps(result["variables"]["a"]["verified"]) == "true"


@pytest.mark.parametrize("moment", ["in idle time", "before a cell", "in a cell"])
def test_an_interrupt_ends_a_replay_that_hangs_and_the_kernel_goes_on(notebook, moment):
    leave(notebook, "import os, time", "if os.path.exists('slow'): os.mkdir('replaying'); time.sleep(600)\nl = (open(os.devnull), [1])", "a = [1]")
    (notebook.folder / "slow").write_text("")
    if moment == "before a cell":
        notebook.path.unlink()  # whether it comes back is then decided at the first request
    kernel = notebook.open(FERRY_REHEARSE="never", FERRY_RESUME="never" if moment == "in a cell" else "auto")
    sent = {"before a cell": "print('ran')", "in a cell": "%resume last"}.get(moment)
    request = kernel.send(sent, "cell-1") if sent else None
    deadline = time.monotonic() + 60
    while not (notebook.folder / "replaying").exists():  # the file is made before the sleep, which SIGINT ends
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kernel.control("interrupt_request")
    ended = kernel.collect(request) if request else None
    assert ended is None or ended.error.startswith("KeyboardInterrupt")
    answer = kernel.run("1 + 1", "cell-9")
    assert answer.status == "ok" and "The resume was interrupted" in answer.text + (ended.text if ended else "")


def test_what_cannot_be_stored_is_made_by_every_cell_that_changed_it(notebook):
    """Their fingerprints do not show the changes."""
    leave(notebook, "import contextvars, sqlite3; var = contextvars.ContextVar('v', default=0); con = sqlite3.connect(':memory:')",
          "var.set(7); c = con.execute('create table t (a)'); del c", "other = [1]", "c = con.execute('insert into t values (2)'); del c")
    kernel, result = back(notebook)
    assert ways(result) == {"var": ("replayed", None), "con": ("replayed", None), "other": ("stored", True),
                            "contextvars": ("stored", True), "sqlite3": ("stored", True)}
    assert result["variables"]["con"]["cells"] == [1, 2, 4]
    assert kernel.evaluate(["var.get()", "con.execute('select a from t').fetchall()"]) == ["7", "[(2,)]"]


def test_the_collector_is_on_after_a_resume(notebook):
    leave(notebook, "import gc")
    kernel, result = back(notebook)
    assert "limits" not in result["process"] and kernel.evaluate(["gc.isenabled()"]) == ["True"]
    kernel.run("gc.disable()")
    kernel.magic("%checkpoint")
    kernel.suspend()
    assert back(notebook)[0].evaluate(["gc.isenabled()"]) == ["False"]


def test_a_class_that_came_back_goes_when_nobody_holds_it(notebook):
    leave(notebook, "import gc\nclass Base: pass\nclass Gone(Base): pass\ndef maker(): return Gone", "held = [Gone()]")
    kernel, _ = back(notebook)
    kernel.run("del Gone, maker, held")
    assert kernel.magic("%checkpoint")["ok"]
    assert kernel.run("n = gc.collect()\n[each.__name__ for each in Base.__subclasses__()]").outputs[-1] == ("execute_result", "[]")


def test_classes_that_a_replay_made_beside_those_that_stand_are_gone(notebook):
    leave(notebook, "class Base: pass\nclass Sub(Base): pass\nkept = [Sub()]", "numbers = (n for n in range(3)); kept.append(next(numbers))", wishes=["%session recompute kept"])
    kernel, result = back(notebook)
    assert ways(result)["kept"][0] == "replayed"
    assert kernel.run("[each is Sub for each in Base.__subclasses__()], type(kept[0]) is Sub").outputs[-1] == ("execute_result", "([True], True)")


def test_results_come_back_beside_the_kernels_loop_in_a_variable(notebook):
    kernel = notebook.open()
    for number, cell in enumerate(("import asyncio\nloop = asyncio.get_event_loop()", "[1, 2]", "([3], True)")):
        kernel.run(cell, f"cell-{number}")
    kernel.suspend()
    assert ("execute_result", "{2: [1, 2], 3: ([3], True)}") in notebook.open().run("Out", "cell-0").outputs


def test_cells_behind_that_use_a_database_file_are_listed(notebook):
    """What they did stands in the file, and would be done once more."""
    kernel = notebook.open(FERRY_SAVE="manual", FERRY_REHEARSE="never")
    kernel.run("import sqlite3\ncon = sqlite3.connect('db'); con.execute('create table t (x)'); held = {'con': con}", "cell-1")
    kernel.magic("%checkpoint")
    for number, cell in enumerate(["a = [1]", "held['rows'] = con.execute('select x from t').fetchall()", "con.execute('insert into t values (1)'); con.commit(); b = [2]"], 2):
        assert kernel.run(cell, f"cell-{number}").status == "ok"
    kernel.kill()
    kernel, result = back(notebook)
    assert [(c["status"], c["reason"] or "") for c in result["cells_behind"]][0] == ("replayed", "")
    listed = [c for c in result["cells_behind"] if c["status"] == "not-replayed"]
    assert [c["cell"] for c in listed] == [3, 4] and "connected to the file" in listed[0]["reason"] and "wrote a file" in listed[1]["reason"]
    assert kernel.evaluate(["con.execute('select count(*) from t').fetchone()", "a"]) == ["(1,)", "[1]"]


def test_what_is_made_twice_writes_to_no_file_the_first_time(notebook):
    kernel = notebook.open(FERRY_REHEARSE="never")
    for number, cell in enumerate([
            "class Tee:\n    def __init__(self, path): self.file = open(path, 'a', buffering=1)\n    def __del__(self): self.file.write('END')\n"
            "tee = Tee('log'); tee.itself = tee; print('one', file=tee.file)", "plain = Tee('other')", "a = [1, 2]", "b = [a[0] + 40]"]):
        kernel.run(cell, f"cell-{number}")
    kernel.magic("%checkpoint")
    kernel.kill()
    damage(notebook, "b")
    kernel, result = back(notebook)
    assert ways(result)["b"] == ("replayed", True) and {result["variables"][name]["way"] for name in ("tee", "plain")} == {"stored"}
    kernel.run("print('two', file=tee.file); import gc; gc.collect()")
    assert [(notebook.folder / name).read_text() for name in ("log", "other")] == ["one\ntwo\n", ""]
