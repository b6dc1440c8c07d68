"""The session lives on another host: what closing, crashing and cutting do there, and how it comes back."""

import json
import os
import signal

import psutil

from tests.processes import below, kill
from tests.relay.conftest import ended, wait_until


def pid_of(kernel):
    return int(kernel.evaluate(["__import__('os').getpid()"])[0])


def moved(notebook, host):
    kernel = notebook.open()
    assert kernel.run("x = [1]; y = x", cell_id="cell-0").status == "ok"
    answer = kernel.run(f"%migrate {host.text}")
    assert answer.status == "ok", answer.error
    assert kernel.run("x.append(2)", cell_id="cell-1").status == "ok"
    return kernel


def state(notebook):
    """session.json here, of the notebook's session."""
    session = json.loads((notebook.home / "index.json").read_text())["notebooks"][str(notebook.path)]
    return json.loads((notebook.home / "sessions" / session / "session.json").read_text())


def test_closed_there_and_opened_here(notebook, host):
    kernel = moved(notebook, host)
    kernel.suspend()
    wait_until(lambda: "moved_to" not in state(notebook), "the session was not brought back")
    again = notebook.open()
    assert again.run("x, x is y", cell_id="cell-2").text.endswith("[execute_result] ([1, 2], True)\n")
    assert again.control("ferry_status_request")["anonymous"] in (None, "")


def test_opened_while_nobody_brought_it_back(notebook, host):
    """The relay is killed: the engine there suspends itself; the next relay fetches the session before it starts."""
    kernel = moved(notebook, host)
    kernel.kill()
    assert state(notebook)["moved_to"]["host"] == host.text
    again = notebook.open()
    assert again.run("x, x is y", cell_id="cell-2", seconds=90).text.endswith("[execute_result] ([1, 2], True)\n")


def test_opened_while_the_host_is_away(notebook, host):
    kernel = moved(notebook, host)
    kernel.kill()
    host.cut()
    again = notebook.open()
    answer = again.run("'x' in globals()", cell_id="cell-2")
    assert answer.text.endswith("[execute_result] False\n") and host.text in answer.text
    assert state(notebook)["moved_to"]["host"] == host.text
    again.suspend()
    host.start()
    once_more = notebook.open()
    assert once_more.run("x, x is y", cell_id="cell-2", seconds=90).text.endswith("[execute_result] ([1, 2], True)\n")


def test_the_engine_there_is_killed(notebook, host):
    kernel = moved(notebook, host)
    kernel.magic("%checkpoint")
    pid = pid_of(kernel)
    running = notebook.folder / "running"  # the other host's disk is this one's
    request = kernel.send(f"import time; open({str(running)!r}, 'w').close(); time.sleep(100)")
    wait_until(running.exists, "the cell did not begin")
    os.kill(pid, signal.SIGKILL)
    died = kernel.collect(request, 60)
    assert died.status == "error" and "killed by signal 9" in died.error
    assert kernel.run("x, x is y", cell_id="cell-2").text.endswith("[execute_result] ([1, 2], True)\n")
    assert pid_of(kernel) != pid


def test_the_wire_is_cut_and_mended(notebook, host):
    kernel = moved(notebook, host)
    pid = pid_of(kernel)
    host.cut()
    wait_until(lambda: kernel.control("ferry_status_request").get("engine") in ("asleep", "starting"), "the relay did not notice")
    refused = kernel.run("x")
    assert refused.status == "error" and host.text in refused.error
    host.start()
    assert kernel.run("x, x is y", seconds=90).text.endswith("[execute_result] ([1, 2], True)\n")
    assert pid_of(kernel) != pid
    assert kernel.run("%migrate home").status == "ok"
    assert kernel.run("x, x is y").text.endswith("[execute_result] ([1, 2], True)\n")


def test_the_wire_breaks_and_the_other_end_does_not_hear_of_it(notebook, host):
    kernel = moved(notebook, host)
    pid, frozen = pid_of(kernel), host.freeze()
    try:
        kill(*below(kernel.relay.pid, "ssh"))
        wait_until(lambda: kernel.control("ferry_status_request").get("engine") in ("asleep", "starting"), "the relay did not notice")
        assert kernel.run("x, x is y", seconds=90).text.endswith("[execute_result] ([1, 2], True)\n")
        assert pid_of(kernel) != pid
    finally:
        kill(*frozen)


def test_a_harbour_whose_wire_is_dead_leaves_after_its_engine(notebook, host):
    """Nobody tells it that the wire broke; its engine has crashed, and the session must not stay locked."""
    host.stop()
    host.start(FERRY_LEASE="1")
    kernel = moved(notebook, host)
    kernel.magic("%checkpoint")
    pid, frozen = pid_of(kernel), host.freeze()
    try:
        harbour = psutil.Process(pid).parent()
        kill(*below(kernel.relay.pid, "ssh"), kernel.relay)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: ended(harbour.pid), "the harbour keeps the session")  # nobody waits for it while sshd is frozen
    finally:
        kill(*frozen)
    kernel.kill()
    assert notebook.open().run("x, x is y", cell_id="cell-2", seconds=90).text.endswith("[execute_result] ([1, 2], True)\n")


def test_restarted_on_purpose_it_is_clean_and_here(notebook, host):
    kernel = moved(notebook, host)
    kernel.restart(now=False)
    assert kernel.run("'x' in globals()", cell_id="cell-2", seconds=90).text.endswith("[execute_result] False\n")
    assert kernel.run("%resume last\nx").text.endswith("[execute_result] [1, 2]\n")
