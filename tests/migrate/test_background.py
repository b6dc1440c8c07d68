"""%migrate HOST --background, and moves that are asked for from outside: cells run here until the session can leave."""

import json
import signal
import time

import psutil
import pytest

from tests.migrate import sshd
from tests.processes import below
from tests.relay.conftest import wait_until

PID = "__import__('os').getpid()"


def closed(host, gate):
    """Nobody answers there before the file `gate` exists."""
    host.stop()
    host.start(forced=f"while [ ! -e {gate} ]; do sleep 0.05; done; sh -c \"$SSH_ORIGINAL_COMMAND\"")


def begin(kernel, line, **options):
    """-> what the cell showed when its reply came, and the display that tells of the move."""
    answer = kernel.run(line, **options)
    assert answer.status == "ok" and len(answer.bundles) == 1, answer.error
    return answer.bundles[0]


def result(kernel, words, seconds=120):
    """The bundle that at last stands in the cell that asked: it begins with one of the words."""
    deadline = time.monotonic() + seconds
    while True:
        message = kernel._message(kernel.client.get_iopub_msg, deadline)
        if message["msg_type"] == "update_display_data" and message["content"]["data"]["text/plain"].startswith(words):
            return message["content"]["data"]


def test_cells_run_here_until_the_session_leaves(notebook, host, tmp_path):
    closed(host, tmp_path / "gate")
    kernel = notebook.open()
    kernel.run("shared = [1]; both = {'a': shared, 'b': shared}")
    pid = kernel.evaluate([PID])
    assert begin(kernel, f"%migrate {host.text} --background")["text/plain"].startswith("Moving to")
    assert kernel.run("shared.append(2); len(shared)").text == "[execute_result] 2\n"
    assert kernel.evaluate([PID]) == pid
    again = kernel.run("%migrate home")
    assert again.status == "error" and "moving already" in again.error
    (tmp_path / "gate").touch()
    assert host.text in result(kernel, ("Moved to", "Not moved"))["text/plain"]
    assert kernel.evaluate([PID]) != pid
    went_on = kernel.run("both['a'] is both['b'] is shared, shared")
    assert went_on.text == "[execute_result] (True, [1, 2])\n" and went_on.execution_count == 5


def test_an_interrupt_at_rest_stops_it_and_a_failure_is_told(notebook, host, tmp_path):
    closed(host, tmp_path / "gate")
    kernel = notebook.open()
    kernel.run("x = [1]")
    pid = kernel.evaluate([PID])
    first = begin(kernel, f"%migrate {host.text} --background --json", store_history=False)
    assert first["application/json"]["ok"] and first["application/json"]["schema"] == "ferry.plan/1"
    kernel.control("interrupt_request")
    told = result(kernel, "{")["application/json"]
    assert not told["ok"] and told["error"]["what"] == "interrupted"
    host.know(False)
    begin(kernel, f"%migrate {host.text} --background")
    assert "host key" in result(kernel, ("Moved to", "Not moved"))["text/plain"]
    assert kernel.evaluate([PID, "x"]) == [*pid, "[1]"]


@pytest.mark.parametrize("harm", ["none", "interrupt"])
def test_the_running_cell_ends_here_and_a_later_one_runs_there(notebook, host, tmp_path, harm):
    kernel, gate = notebook.open(), tmp_path / "gate"
    kernel.run("import os, time; log = [os.getpid()]")
    running = kernel.send(f"print('runs')\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\nlog.append(os.getpid())")
    kernel.wait_for_output(running, "runs")
    asked = kernel.client.session.msg("ferry_migrate_request", {"v": 1, "host": host.text})
    kernel.client.control_channel.send(asked)
    wait_until(lambda: below(kernel.relay.pid, "ssh"), "nobody goes there")
    later = [kernel.send("log.append(os.getpid())") for _ in range(20)]
    if harm == "interrupt":  # it is the cell's
        kernel.control("interrupt_request")
        assert "KeyboardInterrupt" in kernel.collect(running).error
    else:
        gate.touch()
        assert kernel.collect(running).status == "ok"
    assert all(kernel.collect(each).status == "ok" for each in later)
    assert kernel._reply(kernel.client.get_control_msg, asked["header"]["msg_id"], time.monotonic() + 120)["status"] == "ok"
    (there,), (here, *log) = kernel.evaluate([PID]), json.loads(kernel.evaluate(["log"])[0])
    assert int(there) != here and len(log) == 20 + (harm == "none")
    assert sorted(log, key=lambda pid: pid != here) == log and set(log) <= {here, int(there)}


@pytest.mark.parametrize("state", ["precopy", "quiesced"])
def test_a_wire_that_is_cut_is_told(notebook, host, tmp_path, state):
    step = tmp_path / "step"
    step.write_text(state)
    host.stop()
    host.start(forced=sshd.NO_ADDRESS)  # ssh alone: nothing else tells
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("x = [1]")
    kernel.send(f"%migrate {host.text} --background")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"the move never came to {state}")
    host.cut()
    wait_until(lambda: all(ssh.status() == psutil.STATUS_ZOMBIE for ssh in below(kernel.relay.pid, "ssh")), "ssh does not end")
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    assert "was cut" in result(kernel, ("Moved to", "Not moved"), seconds=300)["text/plain"]
    assert kernel.evaluate(["x"]) == ["[1]"]


def test_what_is_stored_is_there_before_the_session_is_held(notebook, host):
    kernel = notebook.open()
    kernel.run("import numpy as np; big = np.random.default_rng(0).random(2_000_000); view = big[5:]; small = [1]")
    kernel.run("small.append(2)")
    before = kernel.fingerprints()
    begin(kernel, f"%migrate {host.text} --background --policy store-first --json", store_history=False)
    moved = result(kernel, "{")["application/json"]
    assert moved["ok"] and moved["bytes_early"] > 16e6 > 1e6 > moved["bytes_moved"] - moved["bytes_early"], moved
    assert kernel.fingerprints() == before
    assert kernel.evaluate(["view.base is big", "small"]) == ["True", "[1, 2]"]
    kernel.run("%migrate home")
    assert kernel.fingerprints() == before


AHEAD = """import numpy as np, os, threading, time
big = np.arange(2_000_000.0); view = big[5:]
other = np.ones(300_000); both = [other, other]
class P:
    pass
p = P(); p.kept = [other.sum()]; q = p
def change():
    while not os.path.exists('go'): time.sleep(0.01)
    big[7] = -1; other_dict['new'] = 'x'
    open('went', 'w').close()
other_dict = {'old': 'y'}; twice = (other_dict, other_dict)
threading.Thread(target=change).start()
"""


def test_what_changes_after_it_was_loaded_ahead_is_loaded_anew(notebook, host, tmp_path):
    step = tmp_path / "step"
    step.write_text("ahead")
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run(AHEAD)
    before = kernel.fingerprints()
    begin(kernel, f"%migrate {host.text} --background --policy store-first --json", store_history=False)
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, "nothing was loaded ahead")
    (tmp_path / "go").touch()  # no cell: a relay that stands still brings none
    wait_until(lambda: (tmp_path / "went").exists(), "nothing has changed")
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    moved = result(kernel, "{")["application/json"]
    assert moved["ok"] and "load ahead" in [step for step, _ in moved["steps"]], moved
    after = kernel.fingerprints()
    assert {name for name in before if before[name] != after[name]} == {"big", "view", "other_dict", "twice"}
    assert kernel.evaluate(["float(big[7])", "float(view[2])", "view.base is big", "both[0] is both[1] is other", "twice[0] is twice[1] is other_dict",
                            "other_dict", "q is p and type(p) is P", "list(map(float, p.kept))"]) == \
        ["-1.0", "-1.0", "True", "True", "True", "{'old': 'y', 'new': 'x'}", "True", "[300000.0]"]
    assert kernel.run("big[7] = 7; both[0][0] = 5; (float(view[2]), float(other[0]))").text == "[execute_result] (7.0, 5.0)\n"


def test_a_cell_that_runs_while_an_engine_waits_there_is_waited_for_and_saved(notebook, host, tmp_path):
    """The source has not saved yet when it is asked for the next round: it is asked again."""
    step = tmp_path / "step"
    step.write_text("precopy")
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("import numpy as np, os, time; big = np.arange(300_000.0); log = []")
    kernel.send(f"%migrate {host.text} --background --policy store-first --json", store_history=False)
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, "the move never came to precopy")
    step.write_text("ahead")
    running = kernel.send("log.append(os.getpid()); open('runs', 'w').close()\nwhile not os.path.exists('gate'): time.sleep(0.01)")
    kernel.relay.send_signal(signal.SIGCONT)
    wait_until(lambda: (tmp_path / "runs").exists() and kernel.relay.status() == psutil.STATUS_STOPPED, "nothing was loaded ahead while it runs")
    (tmp_path / "gate").touch()
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    assert kernel.collect(running).status == "ok"
    moved = result(kernel, "{")["application/json"]
    assert moved["ok"] and [name for name, _ in moved["steps"]].count("precopy") > 1, moved
    assert kernel.evaluate(["len(log)", "log[0] == os.getpid()", "float(big.sum())"]) == ["1", "False", str(sum(range(300_000)) * 1.0)]
