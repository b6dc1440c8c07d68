"""A machine that sleeps and wakes: its clocks stand still (CLOCK_MONOTONIC, which all leases go by) or jump (the time of day).

Stopped processes meet the worse of it: for them every clock has jumped.
"""

import signal
import time

ASLEEP = 1.5  # seconds, longer than the lease below


def sleep_and_wake(kernel, meanwhile):
    mine = kernel.processes()
    for process in reversed(mine):
        process.send_signal(signal.SIGSTOP)
    sent = meanwhile()
    time.sleep(ASLEEP)
    for process in mine:
        process.send_signal(signal.SIGCONT)
    return sent


def test_what_runs_and_what_rests_goes_on(notebook):
    kernel = notebook.open(FERRY_LEASE="1")
    kernel.run("import os, threading\na = []; ready = threading.Event(); threading.Thread(target=ready.wait).start(); g = iter(range(9)); next(g)", "cell-0")
    sleep_and_wake(kernel, lambda: None)
    running = kernel.send("print('on', flush=True)\nwhile not os.path.exists('go'): ready.wait(0.02)\na.append(1); next(g)", "cell-1")
    kernel.wait_for_output(running, "on")
    behind = sleep_and_wake(kernel, lambda: [kernel.send(f"a.append({n}); a", f"cell-{n}") for n in (2, 3)])
    assert kernel.control("ferry_status_request")["session"]
    (notebook.folder / "go").touch()
    assert kernel.collect(running).outputs[-1] == ("execute_result", "1")
    assert [kernel.collect(request).outputs for request in behind] == [[("execute_result", "[1, 2]")], [("execute_result", "[1, 2, 3]")]]
    assert kernel.run("next(g), ready.is_set(), ready.set()").outputs == [("execute_result", "(2, False, None)")]
