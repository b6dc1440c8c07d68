"""What is answered in every state of the engine, and what is dropped."""
import json
import os
import pathlib
import signal

import zmq
from tests.relay.conftest import PATIENCE, wait_until


def beat(relay):
    socket = relay.raw(zmq.REQ, "hb_port")
    socket.send(b"ping")
    assert socket.poll(PATIENCE * 1000), "no heartbeat"
    assert socket.recv() == b"ping"


def test_trap_13_heartbeat_and_kernel_info_while_the_engine_is_stopped(relay):
    front = relay.start().front()
    before = front.shell_reply(front.kernel_info())["content"]
    os.kill(relay.engine(), signal.SIGSTOP)
    beat(relay)
    assert front.shell_reply(front.kernel_info())["content"] == before
    asked = front.ask_control("kernel_info_request")
    assert front.control_reply(asked)["content"] == before
    states = [m["content"]["execution_state"] for m in front.until_idle(asked)]
    assert states == ["busy", "idle"]
    os.kill(relay.engine(), signal.SIGCONT)
    assert front.value("1") == "1"


def test_kernel_info_is_answered_while_a_cell_runs_and_leaves_the_kernel_busy(relay):
    front = relay.start().front()
    cell = front.execute("input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    asked = front.kernel_info()
    assert front.shell_reply(asked)["content"]["language_info"]["name"] == "python"
    front.until_idle(asked)
    last = front.get_iopub_msg(timeout=PATIENCE)
    assert (last["content"], last["parent_header"]["msg_id"]) == ({"execution_state": "busy"}, cell)
    front.input("")
    front.shell_reply(cell)


def test_heartbeat_and_interrupt_and_shutdown_while_no_engine_comes_up(relay):
    relay.start(RELAY_TEST_START="first=hang")
    front = relay.front(ready=False)
    beat(relay)
    cell = front.execute("1")
    ask = lambda: front.control_reply(front.ask_control("ferry_status_request"))["content"]
    wait_until(lambda: ask()["queued"] == 1, "the cell never came")
    assert front.control_reply(front.ask_control("interrupt_request"))["content"] == {"status": "ok"}
    assert front.shell_reply(cell)["content"] == {"status": "aborted"}
    status = front.control_reply(front.ask_control("ferry_status_request"))["content"]
    assert status["engine"] == "starting" and status["v"] == 1
    assert front.control_reply(front.ask_control("ferry_save_request"))["content"]["status"] == "error"
    front.control_reply(front.ask_control("shutdown_request", restart=False))
    assert relay.wait() == 0


def test_kernel_info_of_a_kernel_whose_engine_hangs_is_true(relay):
    relay.start(RELAY_TEST_START="first=hang")
    front = relay.front(ready=False)
    info = front.shell_reply(front.kernel_info())["content"]
    assert info["status"] == "ok" and info["implementation"] == "kernelferry"
    assert info["language_info"]["name"] == "python" and info["language_info"]["version"] == "3.11"


def test_trap_4_every_subscription_is_welcomed_in_the_session_of_the_engine(relay):
    front = relay.start().front()
    session = front.shell_reply(front.kernel_info())["header"]["session"]
    for topic in (b"", b"kernel"):
        seen = relay.raw(zmq.SUB, "iopub_port", subscribe=topic)
        assert seen.poll(PATIENCE * 1000), "no welcome"
        _, parts = relay.session.feed_identities(seen.recv_multipart())
        welcome = relay.session.deserialize(parts)
        assert welcome["msg_type"] == "iopub_welcome" and welcome["content"] == {"subscription": topic.decode()}
        assert welcome["header"]["session"] == session != ""
        seen.close()


def test_trap_9_the_engines_own_starting_and_welcome_do_not_pass(relay):
    relay.start()
    seen = relay.raw(zmq.SUB, "iopub_port", subscribe=b"")
    front = relay.front()
    last = front.execute("1")
    front.shell_reply(last)
    types = []
    while True:
        _, parts = relay.session.feed_identities(seen.recv_multipart())
        message = relay.session.deserialize(parts)
        types.append(message["msg_type"])
        if message["msg_type"] == "status":
            assert message["content"]["execution_state"] != "starting"
            if message["parent_header"].get("msg_id") == last and message["content"]["execution_state"] == "idle":
                break
    assert types.count("iopub_welcome") <= 2  # one of each subscription of ours


def test_all_messages_carry_one_session_id(relay):
    """JupyterLab drops what it still handles when a message of another session id arrives."""
    front = relay.start().front()
    messages = front.run("1/0")[1] + front.until_idle(front.kernel_info())
    assert len({m["header"]["session"] for m in messages}) == 1


def test_garbage_is_dropped_and_harms_nothing(relay):
    front = relay.start().front()
    good = relay.session.serialize(relay.session.msg("execute_request", {"code": "x = 1"}))
    forged = relay.session.serialize(relay.session.msg("execute_request", {"code": "hacked = 1"}))
    forged[1] = b"0" * 64
    delimiter = good.index(b"<IDS|MSG>")
    for port in ("shell_port", "control_port", "stdin_port", "hb_port"):
        socket = relay.raw(zmq.DEALER, port)
        for frames in (forged, good[: delimiter + 3], [b""], [b"<IDS|MSG>"], [os.urandom(2000)] * 9, [b"<IDS|MSG>", b"", b"[" * 50000, b"{}", b"{}", b"{}"]):
            socket.send_multipart(frames)
    for port in ("shell_port", "iopub_port"):  # not even ZeroMQ
        import socket as plain
        with plain.create_connection((relay.connection["ip"], relay.connection[port])) as s:
            s.sendall(os.urandom(4000))
    wrong = relay.session.msg("comm_open", {"comm_id": 7, "target_name": ["ferry"], "data": "x"})
    relay.session.send(front.shell_channel.socket, wrong)
    assert front.value("'hacked' in globals()") == "False"
    beat(relay)


def test_the_ferry_comm_is_answered_while_a_cell_runs(relay):
    front = relay.start().front()
    cell = front.execute("input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    opened = front.session.msg("comm_open", {"comm_id": "c1", "target_name": "ferry", "data": {}})
    front.shell_channel.send(opened)
    asked = front.session.msg("comm_msg", {"comm_id": "c1", "data": {"op": "status"}})
    front.shell_channel.send(asked)
    answer = [m for m in front.until_idle(asked["header"]["msg_id"]) if m["msg_type"] == "comm_msg"]
    result = answer[0]["content"]["data"]["result"]
    assert result["engine"] == "busy" and result["running"] == {"cell": "input()", "execution_count": 1}
    front.input("")
    front.shell_reply(cell)


def test_a_status_never_waits_behind_what_the_engine_does(relay):
    front = relay.start().front()
    ask = lambda: front.control_reply(front.ask_control("ferry_status_request"))["content"]
    cell = front.execute("input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    status = ask()
    assert status["engine"] == "busy" and status["running"] == {"cell": "input()", "execution_count": 1}
    front.input("")
    front.shell_reply(cell)
    os.kill(relay.engine(), signal.SIGSTOP)  # no cell runs: it is asked, and does not answer
    try:
        assert ask()["engine"] == "busy"
    finally:
        os.kill(relay.engine(), signal.SIGCONT)
    last = front.ask_control("ferry_status_request")
    reply = front.get_control_msg(timeout=PATIENCE)  # and not what the engine answered too late
    assert reply["parent_header"]["msg_id"] == last and reply["content"]["who"] == "engine"


def test_ferry_requests_reach_a_ready_engine(relay):
    front = relay.start().front()
    assert front.control_reply(front.ask_control("ferry_status_request"))["content"]["who"] == "engine"


def test_an_interrupt_reaches_a_busy_engine(relay):
    front = relay.start().front()
    cell = front.execute("import time; print('in', flush=True); time.sleep(600)")
    while front.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
        pass
    front.ask_control("interrupt_request")
    reply = front.shell_reply(cell)["content"]
    assert reply["ename"] == "KeyboardInterrupt"
    assert front.value("1") == "1"


def test_sigint_does_nothing(relay):
    front = relay.start().front()
    relay.process.send_signal(signal.SIGINT)
    assert front.value("1") == "1"


def test_a_curve_key_encrypts_the_front_side(relay):
    public, secret = zmq.curve_keypair()
    info = {**relay.connection, "curve_publickey": public.decode(), "curve_secretkey": secret.decode()}
    pathlib.Path(relay.file).write_text(json.dumps(info))
    front = relay.start().front()
    assert front.value("6 * 7") == "42"
    plain = relay.raw(zmq.REQ, "hb_port")
    plain.send(b"ping")
    assert not plain.poll(500), "answered a peer without the key"


def test_trap_14_and_16_the_engine_lives_apart_and_on_no_network_port(relay):
    """A process session of its own, default signals, no descriptor of the relay but its lock, sockets in a 0700 folder."""
    relay.start().front()
    note = relay.notes()[-1]
    assert note["sid"] == note["pid"] != os.getsid(relay.process.pid)
    assert "default_int_handler" in note["sigint"]
    held = [fd for fd in note["fds"] if fd > 2 and fd != note["lock_fd"]]
    assert len(held) <= 2  # the folder's lock, and the listing of the descriptors itself
    connection = json.loads(pathlib.Path(note["connection_file"]).read_text())
    assert connection["transport"] == "ipc" and len(connection["ip"]) + 2 < 90
    assert pathlib.Path(note["connection_file"]).stat().st_mode & 0o777 == 0o600
    folder = pathlib.Path(note["connection_file"]).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert int(note["environ"]["FERRY_RELAY_PID"]) == relay.process.pid
    assert note["environ"]["PYTHONHASHSEED"].isdigit()


def test_the_users_own_hash_seed_is_kept(relay):
    relay.start(PYTHONHASHSEED="7").front()
    environ = relay.notes()[-1]["environ"]
    assert environ["PYTHONHASHSEED"] == "7" and environ["FERRY_ENV_KEEP"] == "PYTHONHASHSEED"


def test_nothing_wakes_an_idle_relay(relay):
    front = relay.start().front()
    front.run("1")
    front.stop_channels()
    switches = lambda: sum(int(line.split()[1]) for task in pathlib.Path(f"/proc/{relay.process.pid}/task").iterdir()
                           for line in (task / "status").read_text().splitlines() if line.startswith("voluntary"))
    settled = [switches()]

    def quiet():
        import time
        time.sleep(1)  # the span over which nothing may happen
        settled.append(switches())
        return settled[-1] == settled[-2]
    wait_until(quiet, f"the relay keeps waking up: {settled}")
