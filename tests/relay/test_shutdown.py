"""The ways in which a kernel ends, and what the engine is told."""
import os
import pathlib
import signal
import subprocess
import sys

import pytest
import zmq
from tests.relay.conftest import PATIENCE, RELAY, ended, wait_until


def told(relay):
    return [note["restart"] for note in relay.notes("shutdown")]


@pytest.mark.parametrize("restart", [True, False])
@pytest.mark.parametrize("channel", ["control", "shell"])
def test_a_shutdown_request_is_answered_and_passed_on(relay, restart, channel):
    front = relay.start().front()
    message = front.session.msg("shutdown_request", {"restart": restart})
    getattr(front, f"{channel}_channel").send(message)
    reply = getattr(front, f"{channel}_reply")(message["header"]["msg_id"])
    assert reply["content"] == {"status": "ok", "restart": restart}
    assert relay.wait() == 0
    assert told(relay) == [restart]
    assert relay.notes("saved") and ended(relay.engine())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_suspend(relay, number):
    relay.start().front()
    relay.process.send_signal(number)
    assert relay.wait() == 0
    assert told(relay) == [False]


@pytest.mark.parametrize("type", ["interrupt_request", "shutdown_request"])
def test_what_was_sent_to_the_relay_before_it_is_not_done(relay, type):
    """A manager that replaces a dead kernel has told it to interrupt or to end; the ports are the same."""
    control = relay.raw(zmq.DEALER, "control_port")
    control.send_multipart(relay.session.serialize(relay.session.msg(type, {"restart": True})))
    relay.start()
    assert control.poll(PATIENCE * 1000), "no reply"
    _, parts = relay.session.feed_identities(control.recv_multipart())
    content = relay.session.deserialize(parts)["content"]
    control.close()
    assert (content["status"], content["ename"]) == ("error", "KernelReplaced")
    assert relay.front().run("1")[0]["status"] == "ok"


def test_nothing_is_left_behind(relay):
    relay.start().front()
    folder = pathlib.Path(relay.notes()[-1]["connection_file"]).parent
    relay.process.terminate()
    assert relay.wait() == 0
    assert not folder.exists()


def test_trap_17_an_engine_that_saves_longer_outlives_its_relay(relay):
    relay.start(RELAY_TEST_SAVING="8").front()
    engine = relay.engine()
    relay.process.terminate()
    assert relay.wait() == 0
    assert not ended(engine)
    wait_until(lambda: relay.notes("saved"), "the engine never finished saving")
    wait_until(lambda: ended(engine), "the engine stays")


def test_cells_that_wait_are_aborted(relay):
    front = relay.start().front()
    front.execute("import time; time.sleep(600)")
    waiting = front.execute("2")
    front.ask_control("shutdown_request", restart=False)
    assert front.shell_reply(waiting)["content"]["status"] == "aborted"
    assert relay.wait() == 0


def test_an_engine_that_is_still_starting_is_ended(relay):
    relay.start(RELAY_TEST_START="first=hang")
    wait_until(relay.notes, "no engine")
    relay.process.terminate()
    assert relay.wait() == 0
    wait_until(lambda: ended(relay.engine()), "the engine stays")


def test_the_death_of_the_parent_suspends(relay):
    """The server is killed: nothing is orphaned for ever."""
    code = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", code, str(RELAY), "--connection", relay.file, "--python", sys.executable],
                              env=relay.env, start_new_session=True)
    relay.front()
    engine = relay.engine()
    parent.kill()
    parent.wait()
    wait_until(lambda: ended(engine), "the engine stays")
    assert told(relay) == [False]


def test_a_new_relay_takes_the_ports_and_starts_afresh(relay):
    """What jupyter_client does at "restart kernel": the same file, ports and key."""
    front = relay.start().front()
    front.run("x = 1")
    front.control_reply(front.ask_control("shutdown_request", restart=True))
    assert relay.wait() == 0
    front.stop_channels()
    assert relay.start().front().value("'x' in globals()") == "False"


@pytest.mark.parametrize("text, words", [("", "not a JSON object"), ("{}", "has no shell_port"), ('{"ip": 1}', "ip is not a text")])
def test_a_bad_connection_file_is_one_clear_line(relay, text, words):
    pathlib.Path(relay.file).write_text(text)
    relay.start()
    assert relay.wait() == 1
    assert words in relay.log_text() and len(relay.log_text().splitlines()) == 1


def test_a_taken_port_is_named(relay):
    import socket
    taken = socket.create_server((relay.connection["ip"], relay.connection["control_port"]))
    relay.start()
    assert relay.wait() == 1
    assert str(relay.connection["control_port"]) in relay.log_text()
    taken.close()
