"""`jupyter ferry suspend` and `kill`, from outside, on kernels that run."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "jupyter-ferry"


def ferry(notebook, *words):
    done = subprocess.run([PROGRAM, *words, "--json"], env={"FERRY_HOME": str(notebook.home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def test_suspend_frees_the_memory_and_the_next_cell_wakes_the_session(notebook):
    kernel = notebook.open()
    kernel.run("a = [1]; b = a", "cell-0")
    engine = kernel.relay.children()[0]
    code, answer = ferry(notebook, "suspend", str(notebook.path))
    assert code == 0 and answer["ended"] == [notebook.session().name]
    engine.wait(60)  # until its relay has taken note
    assert kernel.relay.is_running()
    assert "[execute_result] ([1], True)" in kernel.run("a, a is b", "cell-1").text
    assert ferry(notebook, "suspend", "--all")[1]["ended"] == [notebook.session().name]
    assert ferry(notebook, "suspend", "--all")[1]["ended"] == []


def test_kill_ends_a_cell_that_nothing_else_ends(notebook):
    kernel = notebook.open()
    kernel.run("a = [1]\n%checkpoint", "cell-0")
    request = kernel.send("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('on', flush=True)\nwhile True: pass", "cell-1")
    kernel.wait_for_output(request, "on")
    assert ferry(notebook, "kill", notebook.session().name)[0] == 0
    assert "EngineDied" in kernel.collect(request).error
    assert kernel.evaluate(["a"]) == ["[1]"]


def test_what_does_not_run_is_said(notebook):
    kernel = notebook.open()
    kernel.run("a = 1", "cell-0")
    kernel.suspend()
    code, answer = ferry(notebook, "kill", str(notebook.path))
    assert code == 1 and "does not run on this machine" in answer["error"]["what"]
    assert ferry(notebook, "suspend", "no such session")[0] == 1
