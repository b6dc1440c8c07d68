"""An image of an engine that outlived the kernel that started it, and was taken over by another."""
import os
import subprocess
import sys
from pathlib import Path

import psutil
from kernelferry import _ferry

from tests.image.conftest import SlowCriu, ok
from tests.image.test_refusals import UNSAFE
from tests.processes import kill, still_alive
from tests.relay.conftest import wait_until


def ended(relay):
    """Kills it; its engine is an orphan once it has gone."""
    kill(relay)
    assert not still_alive(relay)


def taken_over(desk, cells):
    """(the second kernel, the engine) of a session whose first kernel died after these cells."""
    first = desk.open()
    for number, cell in enumerate(cells):
        assert first.run(cell, f"cell-{number}").status == "ok"
    relay, engine = first.processes()[:2]
    ended(relay)
    return desk.open(), engine


def test_an_engine_that_was_taken_over_is_imaged_and_goes_on(desk):
    kernel, engine = taken_over(desk, [UNSAFE + "import threading, os\nlock = threading.Lock(); lock.acquire()\nnumbers = (n for n in range(100)); next(numbers)"])
    requests = [kernel.send(source, cell) for source, cell in (("%checkpoint --system", "a"), ("next(numbers), lock.locked(), os.getpid()", "b"))]
    saved, after = [kernel.collect(request) for request in requests]
    assert "with a system image of" in saved.text, saved.error
    assert after.outputs[-1][1] == f"(1, True, {engine.pid})"
    assert not _ferry.Store.open(str(desk.home)).describe(desk.session.name)["holder"].startswith(f"pid {kernel.relay.pid} ")
    refused = kernel.run("import pty; ends = pty.openpty()\n%checkpoint --system", "c")
    assert "is a terminal" in refused.error
    assert kernel.run("[os.close(end) for end in ends]; next(numbers)", "d").text == "[execute_result] 2\n"
    desk.close(kernel)
    wait_until(lambda: not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE, "the engine did not end")
    kernel = desk.open()
    assert ok(kernel, "next(numbers), lock.locked()").outputs[-1][1] == "(3, True)"
    assert kernel.magic("%session report")["report"]["variables"]["numbers"]["way"] == "image"


def test_an_engine_that_came_back_in_an_image_is_taken_over(desk):
    kernel = desk.open()
    assert kernel.run(UNSAFE + "import os\nnumbers = (n for n in range(100)); next(numbers)", "a").status == "ok"
    desk.close(kernel)
    first = desk.open()
    assert first.run("next(numbers)", "b").outputs[-1][1] == "1"
    keeper = first.processes()[1]
    holder = _ferry.Store.open(str(desk.home)).describe(desk.session.name)["holder"]
    assert keeper.name() == "ferry-image" and holder.startswith(f"pid {keeper.pid} "), holder
    environment = {**os.environ, "FERRY_HOME": str(desk.home)}
    for verb in (["suspend", desk.session.name], ["suspend", "--all"]):
        left = subprocess.run([Path(sys.executable).parent / "jupyter-ferry", *verb], env=environment, capture_output=True, text=True, timeout=120)
        assert left.returncode == (3 if verb[1] != "--all" else 0) and "only a system image brings back numbers" in left.stderr, left
    ended(first.relay)
    kernel = desk.open()
    assert kernel.run("next(numbers)", "c").outputs[-1][1] == "2"
    assert keeper.is_running() and "with a system image of" in kernel.run("%checkpoint --system", "d").text
    ended(kernel.relay)
    kernel = desk.open(FERRY_LEASE="1")
    assert kernel.run("next(numbers)", "e").outputs[-1][1] == "3"
    desk.close(kernel)
    wait_until(lambda: not keeper.is_running() or keeper.status() == psutil.STATUS_ZOMBIE, "the engine did not end")
    assert desk.open().run("next(numbers)", "f").outputs[-1][1] == "4"


def test_it_may_be_taken_over_again_after_an_image(desk):
    kernel, engine = taken_over(desk, ["numbers = (n for n in range(100)); next(numbers)"])
    assert "with a system image of" in kernel.run("%checkpoint --system", "a").text
    ended(kernel.relay)
    kernel = desk.open()
    assert kernel.run("import os; next(numbers), os.getpid()", "b").outputs[-1][1] == f"(1, {engine.pid})"
    assert "with a system image of" in kernel.run("%checkpoint --system", "c").text
    kernel.run("%suspend", "d")
    wait_until(lambda: not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE, "the engine did not end")
    assert kernel.run("next(numbers)", "e").outputs[-1][1] == "2"


def test_whoever_opens_the_session_while_its_image_is_taken_waits_for_it(desk, tmp_path):
    """The relay was killed meanwhile, as front ends do five seconds after they asked it to end."""
    slow = SlowCriu(tmp_path, desk.criu)
    slow.wait.touch()
    first = desk.open(**slow.environment)
    assert first.run(UNSAFE + "numbers = (n for n in range(100)); next(numbers)", "a").outputs[-1][1] == "0"
    first.client.shutdown()
    wait_until(slow.begun.exists, "no image is taken")
    ended(first.relay)
    second = desk.open()
    request = second.send("next(numbers)", "b")
    slow.wait.unlink()
    answer = second.collect(request)
    assert answer.outputs[-1][1] == "1" and "did not come back whole" not in answer.text, answer.text
    assert second.magic("%session report")["report"]["variables"]["numbers"]["way"] == "image"
