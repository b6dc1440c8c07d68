"""A move that is hurt at each of its steps: the source goes on, or the target owns the session; never both, never neither.

The relay stops itself at the step, the test does its harm, the relay goes on.
"""

import json
import os
import signal

import psutil
import pytest

from tests.processes import below, kill
from tests.relay.conftest import wait_until

STEPS = ["precopy", "quiesced", "shipped", "verified", "departed", "handed-over"]


def of_host(host):
    """The harbour and the engines on the other host."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FERRY_HOME") == str(host.home) and not process.name().startswith("sshd"):
                found.append(process)
        except psutil.Error:
            pass
    return found


def engines(session):
    """Living engines of a session that may run cells; a rehearsal's runs none."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if "kernelferry.engine" in words and session in words and "rehearse" not in words and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            pass
    return found


def hurt(harm, kernel, host, pid):
    if harm == "wire":
        host.cut()
        host.start()
    elif harm == "source":
        os.kill(pid, signal.SIGKILL)
    elif harm == "target":
        kill(*of_host(host))


def pid_of(kernel):
    return int(kernel.evaluate(["__import__('os').getpid()"])[0])


@pytest.fixture
def step(tmp_path):
    return tmp_path / "step"


@pytest.mark.parametrize("harm", ["wire", "source", "target"])
def test_one_owner_after_each_harm(notebook, host, step, harm):
    step.write_text("")
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("n = []; both = {1: n}")
    session = kernel.control("ferry_status_request")["session"]
    for count, name in enumerate(STEPS):
        kernel.run(f"n.append({count})")
        kernel.magic("%checkpoint")  # a source that is killed brings back what was saved
        pid = pid_of(kernel)
        step.write_text(name)
        request = kernel.send(f"%migrate {host.text}")
        waiting = kernel.send(f"n.append('{name}')")
        wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"the move never came to {name}")
        hurt(harm, kernel, host, pid)
        step.write_text("")
        kernel.relay.send_signal(signal.SIGCONT)
        moved, after = kernel.collect(request, 90), kernel.collect(waiting, 90)
        assert moved.status in ("ok", "error") and after.status in ("ok", "aborted", "error"), (name, moved.error, after.error)
        kernel.run(f"n[:] = [x for x in n if x != {name!r}]", seconds=90)
        assert kernel.evaluate([f"n == list(range({count + 1}))", "both[1] is n"]) == ["True", "True"], (name, moved.error)
        wait_until(lambda: len(engines(session)) == 1, f"{name}: {engines(session)}")
        assert engines(session) == [pid_of(kernel)], name
        if harm == "wire" and name in STEPS[:4]:
            assert moved.status == "error" and pid_of(kernel) == pid, (name, moved.error)
        back = kernel.run("%migrate home")
        assert back.status == "ok", (name, back.error)


@pytest.mark.parametrize("name", ["shipped", "departed", "handed-over"])
def test_one_owner_after_the_relay_is_killed(notebook, host, step, name):
    step.write_text(name)
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("n = [1]; both = {1: n}", cell_id="cell-0")
    kernel.magic("%checkpoint")
    kernel.send(f"%migrate {host.text}")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"the move never came to {name}")
    kill(*below(kernel.relay.pid, "ssh"), kernel.relay)
    kernel.kill()
    again = notebook.open()
    assert again.run("n, both[1] is n", cell_id="cell-1", seconds=90).text.endswith("[execute_result] ([1], True)\n")
    session = json.loads((notebook.home / "index.json").read_text())["notebooks"][str(notebook.path)]
    assert again.control("ferry_status_request")["session"] == session
    assert "moved_to" not in json.loads((notebook.home / "sessions" / session / "session.json").read_text())


def test_an_interrupt_stops_the_move(notebook, host, step):
    step.write_text("quiesced")
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("n = [1]")
    pid = pid_of(kernel)
    request = kernel.send(f"%migrate {host.text}")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, "the move never came to quiesced")
    kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    assert kernel.collect(request, 60).error == "KeyboardInterrupt: interrupted"
    assert (pid_of(kernel), kernel.evaluate(["n"])) == (pid, ["[1]"])
    wait_until(lambda: not list(host.home.glob("sessions/*")), "the session folder that was made there stayed")


def test_a_working_directory_that_is_not_there_is_told(notebook, host, step, tmp_path):
    step.write_text("quiesced")
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("import os; os.mkdir('d'); os.chdir('d'); n = [1]")
    request = kernel.send(f"%migrate {host.text} --json")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, "the move never came to quiesced")
    (tmp_path / "d").rename(tmp_path / "e")
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    moved = kernel.collect(request, 90)
    (told,) = [bundle["application/json"] for bundle in moved.bundles]
    assert told["ok"] and any(f"the working directory {tmp_path}/d is not on this host" in line for line in told["messages"]), moved.text
    assert kernel.evaluate(["n", f"os.getcwd() == {str(tmp_path / 'd')!r}"]) == ["[1]", "False"]
