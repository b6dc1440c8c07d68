"""Engines that die: what front ends are told, and what comes after."""
import os
import signal
from datetime import timedelta

from tests.relay.conftest import PATIENCE, ended, wait_until


def busy(front):
    """A cell that has begun and does not end."""
    cell = front.execute("kept = 1\nprint('in', end='', flush=True)  # one message\nimport time; time.sleep(600)")
    while front.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
        pass
    return cell


def test_a_kill_in_a_cell_is_answered_and_a_new_engine_serves(relay):
    front = relay.start().front()
    front.run("1")
    cell = busy(front)
    waiting = [front.execute("2"), front.execute("3")]
    os.kill(relay.engine(), signal.SIGKILL)
    whole = front.shell_reply(cell)
    reply = whole["content"]
    assert (reply["status"], reply["ename"], reply["execution_count"]) == ("error", "EngineDied", 2)
    assert "signal 9" in reply["evalue"] and "cell [2] (kept = 1)" in reply["evalue"]
    assert "brings the session back" in reply["evalue"]
    assert [front.shell_reply(w)["content"]["status"] for w in waiting] == ["aborted", "aborted"]
    messages = front.until_idle(cell)
    assert [m["msg_type"] for m in messages] == ["error", "status"]
    told = front.until_status("restarting")
    # A front end that is told of the restart before the reply, by another socket, gives the cell up.
    assert told["header"]["date"] - whole["header"]["date"] >= timedelta(milliseconds=200)
    front.until_status("idle")
    assert front.value("'kept' in globals()") == "False"
    assert [n["start"] for n in relay.notes()] == ["first", "crash"]
    assert len({n["connection_file"] for n in relay.notes()}) == 2


def test_cells_sent_while_no_engine_is_there_run_in_the_next(relay):
    front = relay.start().front()
    os.kill(relay.engine(), signal.SIGKILL)
    wait_until(lambda: len(relay.notes()) == 2, "no new engine")
    ids = [front.execute(f"x = {i}") for i in range(3)]
    assert [front.shell_reply(i)["content"]["status"] for i in ids] == ["ok"] * 3
    assert front.value("x") == "2"


def test_what_the_dead_engine_had_said_passes_first(relay):
    front = relay.start().front()
    msg_id = front.execute("import os\nfor i in range(500): print(i, flush=True)\n"
                           "import time; time.sleep(0.2); os.kill(os.getpid(), 9)")
    text = "".join(m["content"]["text"] for m in front.until_idle(msg_id)
                   if m["msg_type"] == "stream" and m["content"]["name"] == "stdout")
    assert text.split() == [str(i) for i in range(500)]
    assert front.shell_reply(msg_id)["content"]["ename"] == "EngineDied"


def test_requests_that_the_dead_engine_owed_are_answered(relay):
    front = relay.start().front()
    os.kill(relay.engine(), signal.SIGSTOP)
    asked = front.complete("pri")
    front.control_reply(front.ask_control("kernel_info_request"))  # the relay has seen what came before
    assert front.shell_reply(front.kernel_info())
    os.kill(relay.engine(), signal.SIGKILL)
    assert front.shell_reply(asked)["content"]["status"] == "error"


def test_workers_of_a_dead_engine_are_killed(relay):
    front = relay.start().front()
    front.run("import subprocess; child = subprocess.Popen(['sleep', '600'])")
    child = int(front.value("child.pid"))
    os.kill(relay.engine(), signal.SIGKILL)
    wait_until(lambda: ended(child), "the engine's child lives on")


def test_engines_that_never_come_up_are_given_up_with_the_reason(relay):
    relay.start(RELAY_TEST_START="first=exit,crash-in-resume=exit")
    front = relay.front(ready=False)
    cell = front.execute("1")
    reply = front.shell_reply(cell)["content"]
    assert [m["msg_type"] for m in front.until_idle(cell)] == ["status", "error", "status"]
    assert reply["status"] == "error" and "3 times in a row" in reply["evalue"]
    assert "the stand-in was told to die" in "".join(reply["traceback"])
    assert [n["start"] for n in relay.notes()] == ["first", "crash-in-resume", "crash-in-resume"]
    assert front.shell_reply(front.kernel_info())["content"]["status"] == "ok"
    assert front.shell_reply(front.complete("x"))["content"]["status"] == "error"
    front.control_reply(front.ask_control("shutdown_request", restart=True))
    assert relay.wait() == 0


def test_a_crash_while_resuming_is_not_resumed_again(relay):
    front = relay.start(RELAY_TEST_START="crash=exit").front()
    cell = busy(front)
    os.kill(relay.engine(), signal.SIGKILL)
    front.shell_reply(cell)
    assert front.value("1") == "1"
    assert [n["start"] for n in relay.notes()] == ["first", "crash", "crash-in-resume"]


def test_a_python_that_is_not_there_is_said(relay):
    relay.start(python="/nowhere/python")
    front = relay.front(ready=False)
    assert "cannot start /nowhere/python" in front.shell_reply(front.execute("1"))["content"]["evalue"]


def test_an_engine_that_left_by_itself_is_woken_by_the_next_cell(relay):
    front = relay.start().front()
    front.run("import threading, os; threading.Timer(0.3, os._exit, [0]).start()")
    wait_until(lambda: ended(relay.engine()), "the engine did not leave")
    status = None
    while status != "asleep":
        status = front.control_reply(front.ask_control("ferry_status_request"))["content"].get("engine")
    assert front.shell_reply(front.kernel_info())["content"]["status"] == "ok"
    assert len(relay.notes()) == 1
    assert front.value("1") == "1"
    assert [n["start"] for n in relay.notes()] == ["first", "wake"]


def test_trap_10_a_kill_during_input_ends_the_cell(relay):
    front = relay.start().front()
    cell = front.execute("input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    os.kill(relay.engine(), signal.SIGKILL)
    assert front.shell_reply(cell)["content"]["ename"] == "EngineDied"
    front.input("too late")
    cell = front.execute("text = input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    front.input("in time")
    front.shell_reply(cell)
    assert front.value("text") == "'in time'"
