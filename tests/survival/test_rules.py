"""When a session comes back by itself, when it does not, and what the user is told then."""

import contextlib
import json
import time

import psutil
import pytest

from tests.client import KernelGone
from tests.processes import still_alive
from tests.survival.answers import assert_nothing_told, end, said

BOMB = """
import os
class Bomb:
    def __init__(self): self.fuse = 1
    def __setstate__(self, state):
        if os.path.exists('takes the relay along'): os.kill(os.getppid(), 9)
        if os.path.exists('armed'): os._exit(3)
        self.__dict__.update(state)
bomb, kept = Bomb(), [1, 2]
"""


def test_closing_and_opening_brings_the_session_back_and_reports_it_once(notebook):
    first = notebook.open()
    assert first.run("a = [1]; b = a; import math", "cell-0").status == "ok"
    first.suspend()
    second = notebook.open()
    shown = second.run("b.append(2); a", "cell-1")
    assert ("execute_result", "[1, 2]") in shown.outputs
    assert "3 of 3 variables back" in said(shown)
    assert shown.execution_count == 2
    assert_nothing_told(second.run("1 + 1", "cell-2"))


def test_sigterm_to_the_relay_saves(notebook):
    first = notebook.open()
    first.run("a = list(range(5))", "cell-0")
    processes = first.processes()
    first.relay.terminate()
    assert not still_alive(*processes)
    assert notebook.open().evaluate(["a"]) == ["[0, 1, 2, 3, 4]"]


def test_closing_in_the_middle_of_a_cell_keeps_what_it_had_done(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    request = first.send("a.append(2); print('running', flush=True); import time; time.sleep(600)", "cell-1")
    first.wait_for_output(request, "running")
    end(first)
    assert notebook.open().evaluate(["a"]) == ["[1, 2]"]


def test_suspend_ends_the_engine_and_the_next_cell_wakes_it(notebook):
    kernel = notebook.open()
    kernel.run("a = {'x': [1]}", "cell-0")
    relay, engine = kernel.processes()[:2]
    answer = kernel.run("%suspend", "cell-1")
    assert answer.status == "ok" and "Saved generation" in said(answer)
    assert not still_alive(engine)
    assert relay.is_running()
    shown = kernel.run("a['x'].append(2); a", "cell-2")
    assert ("execute_result", "{'x': [1, 2]}") in shown.outputs, said(shown)
    assert shown.execution_count == 3


def test_silent_requests_and_those_outside_the_history_get_no_report(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    first.suspend()
    second = notebook.open()
    assert_nothing_told(second.run("a", silent=True))
    assert_nothing_told(second.run("a", "cell-1", store_history=False))
    assert "1 of 1 variables back" in said(second.run("a", "cell-1"))


def test_cells_that_ran_after_the_last_save_are_replayed_or_listed(notebook):
    first = notebook.open(FERRY_SAVE="manual")
    first.run("a = [1]", "cell-0")
    first.run("%checkpoint", "cell-0")
    first.run("a.append(2); b = a", "cell-1")
    first.run("open('written', 'w').write('x'); c = 3", "cell-2")
    first.run("d = c + 1", "cell-2")
    first.kill()
    second = notebook.open()
    shown = said(second.run("a is b, len(a)", "cell-1"))
    assert "(True, 2)" in shown
    assert "not replayed: [4]: it wrote a file" in shown and "[5]" in shown
    assert second.evaluate(["c", "d"]) == ["raised NameError"] * 2
    told = second.magic("%resume")
    assert [(c["cell"], c["status"]) for c in told["cells_behind"]] == [(3, "replayed"), (4, "not-replayed"), (5, "not-replayed")]
    assert told["variables"]["b"]["way"] == "replayed"


def test_cells_that_await_run_again_in_idle_time(notebook):
    first = notebook.open(FERRY_SAVE="manual")
    first.run("import asyncio\nasync def twice(x): await asyncio.sleep(0); return 2 * x", "cell-0")
    first.run("a = await twice(4)", "cell-1")
    first.run("running = asyncio.get_running_loop() is asyncio.get_event_loop()", "cell-1")
    first.run("try: asyncio.run(twice(1))\nexcept RuntimeError as error: refused = str(error)", "cell-1")
    first.kill()
    second = notebook.open()
    deadline = time.monotonic() + 60
    while second.control("ferry_status_request").get("arriving", True) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert second.evaluate(["a", "running", "'running event loop' in refused"]) == ["8", "True", "True"]
    assert json.loads((notebook.session() / "session.json").read_text())["life"] == 2  # no engine ended


@pytest.mark.parametrize("engine_alone", [True, False])
def test_a_resume_that_crashed_is_not_tried_again_by_itself(notebook, engine_alone):
    first = notebook.open()
    first.run(BOMB, "cell-0")
    first.suspend()
    (notebook.folder / "armed").touch()
    if not engine_alone:
        (notebook.folder / "takes the relay along").touch()
        with contextlib.suppress(KernelGone):
            assert not still_alive(*notebook.open().processes())
        (notebook.folder / "takes the relay along").unlink()
    second = notebook.open()
    shown = second.run("'bomb' in dir()", "cell-1")
    if shown.status == "error":  # the crash hit this very request
        shown = second.run("'bomb' in dir()", "cell-1")
    assert ("execute_result", "False") in shown.outputs, said(shown)
    assert "not tried again" in said(shown) and "%resume --dry-run" in said(shown)
    assert second.magic("%resume --dry-run")["variables"].keys() >= {"bomb", "kept"}
    second.suspend()
    third = notebook.open()
    assert third.evaluate(["'bomb' in dir()"]) == ["False"]
    (notebook.folder / "armed").unlink()
    third.run("%resume last", "cell-1")
    assert third.evaluate(["bomb.fuse", "kept"]) == ["1", "[1, 2]"]


def test_an_engine_that_lost_its_relay_ends_with_its_lease(notebook):
    first = notebook.open(FERRY_LEASE="0.2")
    first.run("a = [1]", "cell-0")
    relay, engine = first.processes()[:2]
    relay.kill()
    assert not still_alive(relay, engine)
    assert notebook.open().evaluate(["a"]) == ["[1]"]


def test_a_second_between_sigterm_and_the_end_is_enough(notebook):
    kernel = notebook.open()
    kernel.run("import numpy as np; a = np.arange(1_000_000.0); b = a[10:]", "cell-0")
    kernel.run("class Ship: pass\nship = Ship(); ship.log = [1]", "cell-1")
    kernel.relay.terminate()
    still_alive(*kernel.processes(), seconds=1)
    kernel.kill()
    assert notebook.open().evaluate(["b.base is a, len(a), ship.log, type(ship) is Ship"]) == ["(True, 1000000, [1], True)"]


def test_a_front_end_that_ends_every_descendant_loses_nothing(notebook):
    kernel = notebook.open()
    request = kernel.send("a = [1]; print('running', flush=True); import time; time.sleep(600)", "cell-0")
    kernel.wait_for_output(request, "running")
    for process in reversed(kernel.processes()):  # children first, as VS Code does
        process.terminate()
    still_alive(*kernel.processes(), seconds=10)
    kernel.kill()
    assert notebook.open().evaluate(["a"]) == ["[1]"]


def test_a_cell_that_brought_its_generator_costs_only_what_it_made(notebook):
    first = notebook.open()
    first.run("import numpy as np; np.random.seed(0); a = np.arange(3); g = (i for i in (1, 2))", "cell-0")
    first.run("k = (i for i in (5, 6))", "cell-1")
    first.suspend()
    shown = said(notebook.open().run("a.tolist(), next(k)", "cell-2"))
    assert "([0, 1, 2], 5)" in shown and "1 not: g (generator: cannot be stored or made again)" in shown


def test_cells_that_all_run_at_once_stand_for_what_they_made_themselves(notebook):
    kernel = notebook.open()
    cells = ["large = [[i] for i in range(10**4)]\nmuch = sum(map(len, large))", "import sqlite3\ndb = sqlite3.connect(':memory:')\ndb.create_function('f', 0, int)\nopen('written', 'w').close()",
             "rows = [1]\nrows.append(2)\nnumbers = (n * n for n in range(9))"]
    for request in [kernel.send(cell) for cell in cells]:  # no look between them
        kernel.collect(request)
    kernel.magic("%checkpoint")
    kernel.kill()
    kernel = notebook.open()
    back = kernel.run("list(numbers)")
    assert "5 of 6 variables back, 1 not: db" in said(back) and "[0, 1, 4, 9, 16, 25, 36, 49, 64]" in said(back), said(back)


def test_a_step_that_fails_inside_costs_its_own_variables_only(notebook):
    first = notebook.open()
    first.run("k = (i for i in (5, 6)); a = [1]", "cell-0")
    first.suspend()
    startup = notebook.folder / "ipython" / "profile_default" / "startup" / "fault.py"
    startup.parent.mkdir(parents=True, exist_ok=True)
    startup.write_text("import kernelferry.replay as r\ndef run(*_): raise RuntimeError('boom')\nr.Replayer.run = run\ndel run, r")
    shown = said(notebook.open().run("a", "cell-1"))
    assert "1 of 2 variables back, 1 not: k (generator: its cells failed when they ran again)" in shown and "[execute_result] [1]" in shown


@pytest.mark.parametrize("wish", ["never", "ask"])
def test_a_session_that_is_not_wanted_stays_where_it_is(notebook, wish):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    first.suspend()
    second = notebook.open(FERRY_RESUME=wish)
    shown = second.run("'a' in dir()", "cell-1")
    assert ("execute_result", "False") in shown.outputs
    assert ("%resume last" in said(shown)) == (wish == "ask")
    assert "1 of 1 variables back" in said(second.run("%resume last", "cell-1"))
    assert second.evaluate(["a"]) == ["[1]"]


def test_a_look_with_resume_never_changes_nothing(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    first.suspend()
    notebook.open(FERRY_RESUME="never").suspend()
    assert notebook.open().evaluate(["a"]) == ["[1]"]


def test_a_misspelt_setting_is_told_in_the_first_cell(notebook):
    settings = notebook.folder / "config"
    settings.mkdir()
    (settings / "jupyter_ferry_config.json").write_text('{"kwota": "1G"}')
    kernel = notebook.open(JUPYTER_CONFIG_DIR=str(settings))
    shown = kernel.run("1 + 1", "cell-0")
    assert ("execute_result", "2") in shown.outputs
    assert "unknown kwota; known are" in said(shown) and "[stderr]" in said(shown)
    assert_nothing_told(kernel.run("2", "cell-1"))


def test_processes_of_a_pool_are_named_and_end_with_the_session(notebook):
    first = notebook.open()
    first.run("import multiprocessing as mp; pool = mp.get_context('fork').Pool(2); kept = pool.map(abs, [-1, -2])", "cell-0")
    processes = first.processes()
    assert len(processes) == 4
    first.suspend()
    assert not still_alive(*processes)
    second = notebook.open()
    shown = said(second.run("kept", "cell-1"))
    assert "[1, 2]" in shown and "pool (" in shown


def test_asking_the_user_makes_a_cell_one_that_is_not_run_again(notebook):
    kernel = notebook.open()
    client = kernel.client
    request = client.execute("a = input('who? ')", allow_stdin=True)
    asked = client.get_stdin_msg(timeout=60)
    assert asked["content"]["prompt"] == "who? "
    client.input("me")
    assert kernel.collect(request).status == "ok"
    told = kernel.magic("%session effects")
    assert [(e["cell"], e["kind"], e["detail"], e["unsafe"]) for e in told["effects"]] == [(1, "input", "who? ", True)]


def test_a_pool_of_the_users_ends_with_the_kernel(notebook):
    kernel = notebook.open()
    kernel.run("import multiprocessing as mp; pool = mp.Pool(6); pool.map(abs, range(6))", "cell-0")
    assert len(kernel.processes()) == 8
    kernel.suspend()
    here = [p.pid for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(notebook.folder)]  # also workers that came since
    assert here == []
