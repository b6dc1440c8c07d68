"""Memory that runs out: said before, saved before, and the truth told afterwards."""

import os
import pathlib
import re

import pytest

from .test_orphans import lose_relay

# FERRY_MEMORY limits nothing: it only says what little is.
FILL = "kept = bytearray(b'x') * ({megabytes} << 20)\nimport time; time.sleep(600)"


def test_a_cell_that_fills_the_memory_is_warned_once_and_told_what_is_saved(notebook):
    kernel = notebook.open(FERRY_MEMORY="400M")
    kernel.run("a = [1]", "cell-0")
    kernel.magic("%checkpoint")
    request = kernel.send(FILL.format(megabytes=390), "cell-1")
    kernel.wait_for_output(request, "What ran before cell [2] is saved.")
    kernel.control("interrupt_request")
    assert kernel.collect(request).status == "error"
    status = kernel.control("ferry_status_request")
    assert status["memory"]["low"] is True and status["memory"]["limit"] == 400 << 20
    assert any(message.startswith("memory is nearly full: ") for message in kernel.magic("%session")["messages"])
    assert "nearly full" not in kernel.run("1", "cell-2").text  # once is enough
    kernel.run("del kept", "cell-2")
    assert kernel.control("ferry_status_request")["memory"]["low"] is False


def test_little_memory_makes_the_save_come_first(notebook):
    """Run All: no idle time for a save, and each cell may be the last."""
    kernel = notebook.open(FERRY_MEMORY="300M")
    kernel.run("big = bytearray(b'x') * (290 << 20)", "cell-0")
    assert kernel.control("ferry_status_request")["memory"]["low"] is True
    kernel.run("first = [1]", "cell-1")
    sent = [kernel.send(cell, "cell-1") for cell in ("second = [2]", "third = [3]", "import os; os.kill(os.getpid(), 9)")]
    for request in sent:
        answer = kernel.collect(request)
    assert answer.error.startswith("EngineDied")
    told = kernel.run("first, second, third", "cell-1")
    assert ("execute_result", "([1], [2], [3])") in told.outputs
    assert "ran after the last save" not in told.text, told.text


def own_group():
    """(root of the hierarchy for memory, own group in it, name of the limit's file)"""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            root = pathlib.Path("/sys/fs/cgroup/memory")
            return root, pathlib.Path(f"{root}{path}"), "memory.limit_in_bytes"
        if controllers == "" and pathlib.Path("/sys/fs/cgroup/cgroup.controllers").exists():
            root = pathlib.Path("/sys/fs/cgroup")
            return root, pathlib.Path(f"{root}{path}"), "memory.max"
    pytest.skip("no memory control groups here")


@pytest.fixture
def group():
    """A control group of its own, whose processes may use 300 MB."""
    root, own, limit = own_group()
    folder = root / f"ferry-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / limit).write_text(str(300 << 20))
    except OSError:
        if folder.exists():
            folder.rmdir()
        pytest.skip("no memory control group can be made here")
    yield folder
    for process in (folder / "cgroup.procs").read_text().split():
        (own / "cgroup.procs").write_text(process)
    folder.rmdir()


def test_a_real_limit_warns_and_a_real_kill_is_named(notebook, group):
    kernel = notebook.open()
    kernel.run("a = [1]; b = a", "cell-0")
    kernel.magic("%checkpoint")
    engine = kernel.processes()[1]
    (group / "cgroup.procs").write_text(str(engine.pid))
    # Slowly at the end: the kernel looks twice a second, and later where others have the processors.
    request = kernel.send("kept = []\nimport time\nwhile True:\n    kept.append(bytearray(b'x') * (1 << 20)); time.sleep(0.1 if len(kept) > 180 else 0.002)", "cell-1")
    answer = kernel.collect(request)
    text = answer.text
    warned = re.search(r"Memory is nearly full: ([\d.]+) MB of 315 MB of this container are left", text)
    assert warned and float(warned[1]) < 32, text
    assert "What ran before cell [2] is saved." in text
    assert "was ended by the system because memory ran out while it ran cell [2]" in answer.error
    told = kernel.run("a is b", "cell-2")
    assert ("execute_result", "True") in told.outputs and "[2] was running" in told.text


def test_memory_that_runs_out_in_a_cell_that_runs_again_is_named(notebook, group):
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    first.run("import os\nif os.path.exists('armed'): x = bytearray(b'x') * (600 << 20)\ng = (n for n in range(9)); next(g)", "cell-1")
    first.suspend()
    startup = notebook.folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "limit.py").write_text(f"import os; open({str(group / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))")
    (notebook.folder / "armed").touch()
    second = notebook.open()
    shown = second.run("kept", "cell-0")
    why = "was ended by the system when it ran again, because memory ran out"
    assert ("execute_result", "[1, 2]") in shown.outputs and f"cell [2] {why}, and was left out" in " ".join(shown.text.split()), shown.text
    assert why in second.magic("%resume")["variables"]["g"]["reason"]


def test_memory_that_runs_out_where_nobody_knows_the_status_is_named_as_a_guess(notebook, group):
    """An engine that another relay took over is no child of it."""
    first = notebook.open()
    first.run("kept = [1, 2]", "cell-0")
    first.run("import os\nif os.path.exists('armed'): x = bytearray(b'x') * (600 << 20)\ng = (n for n in range(9)); next(g)", "cell-1")
    first.magic("%checkpoint")
    first.restart(now=False)
    first.run("here = 5", "cell-2")
    engine = lose_relay(first)
    second = notebook.open()
    assert second.evaluate(["here"]) == ["5"] and engine.is_running()
    (group / "cgroup.procs").write_text(str(engine.pid))
    (notebook.folder / "armed").touch()
    shown = second.run("%resume last", "cell-2")
    assert shown.status == "ok" and "perhaps because memory ran out" in " ".join(shown.text.split()), shown.text
