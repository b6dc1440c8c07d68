"""Idle suspend by policy, and what is answered while a session sleeps."""

import time

import pytest

from tests.processes import still_alive
from tests.relay.conftest import wait_until


def asleep(kernel):
    """Waits until the engine has gone by itself -> the relay's status."""
    deadline = time.monotonic() + 120
    while True:
        status = kernel.control("ferry_status_request")
        if status.get("engine") == "asleep":
            return status
        assert time.monotonic() < deadline, status
        time.sleep(0.1)


def test_a_quiet_kernel_is_suspended_and_woken_by_its_next_cell(notebook):
    kernel = notebook.open(FERRY_SUSPEND="1")
    kernel.run("a = [1]; b = a", "cell-0")
    engine = kernel.processes()[1]
    status = asleep(kernel)
    assert not still_alive(engine) and status["session"] == notebook.session().name
    shown = kernel.run("b.append(2); a", "cell-1")
    assert ("execute_result", "[1, 2]") in shown.outputs and "2 of 2 variables back" in shown.text and shown.execution_count == 2


def test_what_an_open_page_asks_wakes_nobody_and_what_needs_the_session_does(notebook):
    kernel = notebook.open(FERRY_SUSPEND="1")
    kernel.run("alpha_beta = [1]", "cell-0")
    asleep(kernel)
    client = kernel.client
    assert client.kernel_info(reply=True, timeout=60)["content"]["status"] == "ok"
    assert client.comm_info(reply=True, timeout=60)["content"]["comms"] == {}
    assert kernel.control("interrupt_request")["status"] == "ok"
    answer = kernel.control("debug_request", type="request", seq=3, command="debugInfo", arguments={})
    assert (answer["success"], answer["body"]["isStarted"], answer["request_seq"]) == (True, False, 3)
    wait_until(client.hb_channel.is_beating, "no heartbeat")  # it says no for a while after an echo that took a second
    assert kernel.control("ferry_status_request")["engine"] == "asleep" and len(kernel.processes()) == 1
    assert client.complete("alpha_b", reply=True, timeout=60)["content"]["matches"] == ["alpha_beta"]
    assert len(kernel.processes()) >= 2


@pytest.mark.parametrize("held, why", [
    ("w = open('written.txt', 'w+')", "would not come back: w"),
    ("import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True, name='mine').start()", "a thread goes on: mine"),
    ("import asyncio; asyncio.get_event_loop().create_task(asyncio.sleep(600)); None", "a task goes on"),
    ("import subprocess; p = subprocess.Popen(['sleep', '600'])", "p")])
def test_a_session_that_would_lose_something_stays_awake_and_says_why(notebook, held, why):
    kernel = notebook.open(FERRY_SUSPEND="0.3", FERRY_REHEARSE="never")
    assert kernel.run(held, "cell-1").status == "ok"
    deadline = time.monotonic() + 120
    while not (stays := kernel.control("ferry_status_request").get("stays_awake")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert why in stays
    assert len(kernel.processes()) >= 2


def test_off_by_default_and_a_misspelt_time_is_told(notebook):
    kernel = notebook.open(FERRY_SUSPEND="soon")
    assert "FERRY_SUSPEND: 'soon' is neither never nor a time" in kernel.run("1", "cell-0").text


def test_cells_behind_a_suspend_wake_the_session(notebook):
    """Run All with a %suspend in the middle."""
    kernel = notebook.open()
    sent = [kernel.send(cell, f"cell-{i}") for i, cell in enumerate(["a = [1]", "%suspend", "a.append(2)", "a"])]
    answers = [kernel.collect(request) for request in sent]
    assert [answer.status for answer in answers] == ["ok"] * 4
    assert answers[3].text.endswith("[execute_result] [1, 2]\n")


def test_suspend_says_what_happens_next(notebook):
    kernel = notebook.open()
    kernel.run("a = [1]", "cell-0")
    shown = kernel.run("%suspend", "cell-1")
    assert "the next cell wakes the session" in shown.text
    asleep(kernel)
    assert kernel.evaluate(["a"]) == ["[1]"]
