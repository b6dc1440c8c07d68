"""An engine that outlives its relay: its cell goes on, the next kernel of the notebook takes it over, what it showed is kept."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from jupyter_client import KernelManager

from tests.processes import still_alive

BIN = Path(sys.executable).parent
RUNNING = """print('before', flush=True)
import os, time
while not os.path.exists('go'): time.sleep(0.01)
print('after'); a.append(2)
from IPython.display import display
display({'shown': a})
a
"""


@pytest.fixture
def notebook(notebook):
    """Engines that were left behind end with the test."""
    yield notebook
    for process in psutil.process_iter(["cmdline"]):
        if "kernelferry.engine" in (process.info["cmdline"] or ()) and str(notebook.folder) in str(_environ(process)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _environ(process):
    try:
        return process.environ().get("FERRY_HOME")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def lose_relay(kernel):
    """-> the engine, which lives."""
    relay, engine = kernel.processes()[:2]
    relay.kill()
    assert not still_alive(relay)
    return engine


def start_running(kernel):
    kernel.run("a = [1]; g = (i for i in range(5)); next(g)", "cell-0")
    request = kernel.send(RUNNING, "cell-1")
    kernel.wait_for_output(request, "before")
    return request


def start_endless(kernel):
    request = kernel.send("print('on', flush=True); import time; time.sleep(600)", "cell-1")
    kernel.wait_for_output(request, "on")
    return request


def ferry(notebook, *words):
    done = subprocess.run([BIN / "jupyter-ferry", *words, "--json"], env={"FERRY_HOME": str(notebook.home), "PATH": f"{BIN}:/usr/bin:/bin"}, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def state(notebook):
    return ferry(notebook, "list")[1]["sessions"][0]["state"]


def test_the_next_kernel_takes_the_engine_over_in_the_middle_of_its_cell(notebook):
    first = notebook.open()
    start_running(first)
    engine = lose_relay(first)
    second = notebook.open()
    asked = second.send("b = a; next(g)", "cell-2")  # waits for the cell that runs
    status = second.control("ferry_status_request")  # which waits for nothing, as the command line does
    assert status["running"]["execution_count"] == 2 and state(notebook) == "running"
    (notebook.folder / "go").touch()
    answer = second.collect(asked)
    assert engine.is_running() and ("execute_result", "1") in answer.outputs, answer.text  # not even the generator was lost
    assert "Cell [2] went on while no front end was there" in answer.text
    assert ("stdout", "after\n") in answer.outputs and "before" not in answer.text
    assert [text for kind, text in answer.outputs if kind == "display_data"][-2:] == ["{'shown': [1, 2]}", "[1, 2]"]
    assert answer.execution_count == 3
    again = second.run("b is a", "cell-2")
    assert again.outputs == [("execute_result", "True")]  # it is told once
    files = second.evaluate(["__import__('ipykernel').get_connection_file()", "get_ipython().config.IPKernelApp.connection_file"])
    assert files == [repr(second.manager.connection_file)] * 2


def test_a_cell_that_ended_meanwhile_is_told_as_well(notebook):
    first = notebook.open()
    start_running(first)
    engine = lose_relay(first)
    (notebook.folder / "go").touch()
    second = notebook.open()
    answer = second.run("a", "cell-2")
    assert engine.is_running() and ("stdout", "after\n") in answer.outputs and ("execute_result", "[1, 2]") in answer.outputs


def test_what_a_cell_shows_in_the_moment_of_its_relays_death_is_told(notebook):
    first = notebook.open()
    first.send("import os, select; a = [1]\nend = os.pidfd_open(os.getppid()); os.kill(os.getppid(), 9)\n"
               "select.select([end], [], []); print('at once', flush=True)", "cell-1")
    assert not still_alive(first.relay)
    answer = notebook.open().run("a", "cell-2")
    assert ("stdout", "at once\n") in answer.outputs and ("execute_result", "[1]") in answer.outputs


def test_what_a_cell_showed_is_told_although_the_engine_has_ended(notebook):
    first = notebook.open(FERRY_LEASE="0.1")
    start_running(first)
    engine = lose_relay(first)
    (notebook.folder / "go").touch()
    assert not still_alive(engine)
    answer = notebook.open().run("a", "cell-2")
    assert "variables back" in answer.text and ("stdout", "after\n") in answer.outputs
    assert not (notebook.session() / "unseen.json").exists()


def test_an_adopted_engine_is_interrupted_suspended_and_woken_like_any_other(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    engine = lose_relay(first)
    second = notebook.open()
    request = start_endless(second)
    second.control("interrupt_request")
    assert second.collect(request).error.startswith("KeyboardInterrupt")
    assert state(notebook) == "running"
    second.run("%suspend", "cell-1")
    assert not still_alive(engine)
    assert ("execute_result", "[1]") in second.run("a", "cell-1").outputs
    second.suspend()
    assert state(notebook) == "suspend"


def test_a_cell_that_asks_gets_no_answer_from_nobody(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    first.client.allow_stdin = True
    first.client.execute("try: input('? ')\nexcept EOFError as error: a.append(str(error))", allow_stdin=True)
    first.client.get_stdin_msg(timeout=60)
    lose_relay(first)
    assert notebook.open().evaluate(["a"]) == ["[1, 'input() has nobody to ask: the front end has gone']"]


def test_an_adopted_engine_that_dies_is_replaced(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    engine = lose_relay(first)
    second = notebook.open()
    request = start_endless(second)
    engine.kill()
    assert second.collect(request).error.startswith("EngineDied")
    assert ("execute_result", "[1]") in second.run("a", "cell-1").outputs


def test_two_kernels_at_once_do_not_share_an_orphan(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    lose_relay(first)
    second, third = notebook.open(), notebook.open()
    assert [second.evaluate(["a"]), third.evaluate(["a"])] == [["[1]"], ["raised NameError"]]
    assert "in use by" in third.run("1", "cell-1").text


def test_another_notebook_under_the_name_does_not_get_the_engine(notebook):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    engine = lose_relay(first)
    notebook.write("other-1", "other-2")
    second = notebook.open()
    assert second.evaluate(["a"]) == ["raised NameError"]
    assert not still_alive(engine)


def test_a_relay_that_is_killed_under_a_living_manager_costs_no_cell(notebook):
    """As a server does it that sees the kernel die: the same connection file, ports and key."""
    first = notebook.open()
    start_running(first)
    engine = lose_relay(first)
    first.restart(now=True)
    asked = first.send("a", "cell-2")
    (notebook.folder / "go").touch()
    assert ("execute_result", "[1, 2]") in first.collect(asked).outputs and engine.is_running()


def test_a_detached_session_goes_on_with_all_its_cells(notebook):
    first = notebook.open()
    start_running(first)
    first.send("a.append(3)", "cell-2")
    relay, engine = first.processes()[:2]
    code, answer = ferry(notebook, "detach", str(notebook.path))
    assert code == 0 and answer["detached"] is True
    first.client.shutdown(restart=False)
    assert not still_alive(relay)
    assert engine.is_running()
    (notebook.folder / "go").touch()
    second = notebook.open()
    assert ("execute_result", "[1, 2, 3]") in second.run("a", "cell-2").outputs and engine.is_running()
    second.suspend()  # detached once: the next front end suspends as ever
    assert not still_alive(engine)


def test_the_death_of_a_server_leaves_the_cell_running(notebook):
    """The process that started the kernel dies, and nobody asked for the end of anything."""
    server = subprocess.Popen([sys.executable, "-c", "import sys; from pathlib import Path; from tests.client import Kernel\n"
                               "home, path, folder = map(Path, sys.argv[1:]); k = Kernel(home, path, folder); k.run('a = [1]', 'cell-0')\n"
                               "r = k.send('''import os, time\nprint('on', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\na.append(2)''', 'cell-1')\n"
                               "k.wait_for_output(r, 'on'); print(*[p.pid for p in k.processes()[:2]], flush=True); import time; time.sleep(600)",
                               str(notebook.home), str(notebook.path), str(notebook.folder)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    relay, engine = map(psutil.Process, map(int, server.stdout.readline().split()))
    server.kill()
    server.wait()
    assert not still_alive(relay)
    assert engine.is_running()
    (notebook.folder / "go").touch()
    assert notebook.open().evaluate(["a"]) == ["[1, 2]"] and engine.is_running()


def test_attach_says_how_to_reach_a_session(notebook):
    kernel = notebook.open()
    kernel.run("a = [1]", "cell-0")
    code, answer = ferry(notebook, "attach", str(notebook.path))
    assert code == 0 and answer["served"] and answer["connection_file"] == kernel.manager.connection_file
    other = KernelManager(connection_file=answer["connection_file"])
    other.load_connection_file()
    client = other.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        assert client.execute_interactive("a", timeout=60, output_hook=lambda m: None, store_history=False)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
    engine = lose_relay(kernel)
    code, answer = ferry(notebook, "attach", str(notebook.path))
    assert code == 0 and not answer["served"] and answer["environment"]["FERRY_SESSION"] == notebook.session().name
    second = notebook.open(named=False, **answer["environment"])
    assert second.evaluate(["a"]) == ["[1]"] and engine.is_running()
    assert ferry(notebook, "detach", "nothing of the kind")[0] == 1
