"""kill -9 of engine and relay at random instants of a running notebook: it comes back with all but the running cell."""

import os
import random
import threading

import pytest

from tests import processes
from tests.client import Kernel, KernelGone

from . import counting

TIMES = int(os.environ.get("FERRY_TEST_KILLS", "6"))


@pytest.mark.parametrize("seed", range(TIMES))
def test_a_killed_session_comes_back_with_all_but_the_running_cell(tmp_path, seed):
    moment = random.Random(seed).uniform(0.0, 1.5)
    path = counting.notebook(tmp_path)
    first = Kernel(tmp_path / "store", path, tmp_path)
    first.run(counting.START, "cell-0")
    promised = 0
    timer = threading.Timer(moment, processes.kill, first.processes())
    timer.start()
    try:
        for promised in counting.play(first, 10_000):
            pass
    except KernelGone:
        pass
    finally:
        timer.join()
        first.kill()
    second = Kernel(tmp_path / "store", path, tmp_path)
    try:
        shown = second.run("n", "cell-1")
        assert shown.status == "ok", f"killed after {moment:.2f} s and {promised} steps: {shown.error} {shown.text}"
        n = int(next(text for kind, text in shown.outputs if kind == "execute_result"))
        assert n in (promised, promised + 1), shown.text
        assert second.evaluate([counting.WHOLE]) == ["True"]
        assert list(counting.play(second, 2)) == [n + 1, n + 2]
    finally:
        second.kill()


@pytest.mark.parametrize("seed", range(max(1, TIMES // 6)))
def test_a_session_that_is_killed_again_and_again_comes_back_each_time(tmp_path, seed):
    moments, path, n = random.Random(1000 + seed), counting.notebook(tmp_path), 0
    for life in range(5):
        kernel = Kernel(tmp_path / "store", path, tmp_path)
        try:
            if life == 0:
                kernel.run(counting.START, "cell-0")
            shown = kernel.run("n", "cell-1")
            assert shown.status == "ok", f"life {life}: {shown.error} {shown.text}"
            found = int(next(text for kind, text in shown.outputs if kind == "execute_result"))
            assert found in (n, n + 1), f"life {life}: {shown.text}"
            assert kernel.evaluate([counting.WHOLE]) == ["True"], f"life {life}"
            n = found
            timer = threading.Timer(moments.uniform(0.0, 0.8), processes.kill, kernel.processes())
            timer.start()
            try:
                for n in counting.play(kernel, 10_000):
                    pass
            except KernelGone:
                pass
            finally:
                timer.join()
        finally:
            kernel.kill()


def test_the_engine_alone_killed_under_a_living_relay_comes_back(tmp_path):
    kernel = Kernel(tmp_path / "store", counting.notebook(tmp_path), tmp_path)
    try:
        kernel.run(counting.START, "cell-0")
        *_, n = counting.play(kernel, 5)
        request = kernel.send("print('running'); import time; time.sleep(600)", "cell-1")
        kernel.wait_for_output(request, "running")
        processes.kill(*kernel.processes()[1:])
        assert kernel.collect(request).status == "error"
        assert list(counting.play(kernel, 1)) == [n + 1]
        assert kernel.evaluate([counting.WHOLE]) == ["True"]
    finally:
        kernel.kill()
