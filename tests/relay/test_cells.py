"""Cells through the relay: order, queue, abort, input, several front ends."""
import pytest
from tests.relay.conftest import PATIENCE, wait_until


@pytest.fixture
def front(relay):
    return relay.start().front()


def streams(messages):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")


def test_a_cell_is_answered(front):
    content, messages = front.run("print('hello'); 6 * 7")
    assert content["status"] == "ok" and content["execution_count"] == 1
    assert streams(messages) == "hello\n"
    assert [m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "execute_result"] == ["42"]
    states = [m["content"]["execution_state"] for m in messages if m["msg_type"] == "status"]
    assert states == ["busy", "idle"]


def test_trap_2_and_8_large_output_is_complete_and_passes_before_its_reply(relay, front):
    """64 MB in one message, then more small ones than a default queue holds, read after the last reply only; when a reply
    is there, so is every output. 800 a cell: ipykernel's own queue, behind which the relay stands, drops from 1000."""
    publish = "from IPython.display import publish_display_data as p\n"
    ids = [front.execute(publish + "p({'text/plain': 'x' * (64 << 20)})")]
    ids += [front.execute(publish + f"for i in range({n}, {n + 800}): p({{'text/plain': str(i)}})") for n in (0, 800, 1600)]
    assert [front.shell_reply(msg_id)["content"]["status"] for msg_id in ids] == ["ok"] * 4
    shown = [m["content"]["data"]["text/plain"] for msg_id in ids for m in front.until_idle(msg_id) if m["msg_type"] == "display_data"]
    assert len(shown[0]) == 64 << 20 and shown[1:] == [str(i) for i in range(2400)]


def test_cells_sent_at_once_run_in_order(front):
    ids = [front.execute(f"x = {i} if {i} == 0 else x + 1") for i in range(30)]
    counts = [front.shell_reply(i)["content"]["execution_count"] for i in ids]
    assert counts == list(range(1, 31))
    assert front.value("x") == "29"


def fails_once_behind_it_wait(relay, front, codes):
    """A cell that fails when those other cells wait behind it -> the ids of all."""
    go = relay.folder / "go"
    ids = [front.execute(code) for code in (f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n1/0", *codes)]
    ask = lambda: front.control_reply(front.ask_control("ferry_status_request"))["content"].get("queued")
    wait_until(lambda: ask() == len(codes), "the cells never came")
    go.touch()
    return ids


def test_an_error_aborts_what_waits_and_not_what_comes_later(relay, front):
    front.run("ran = []")
    ids = fails_once_behind_it_wait(relay, front, [f"ran.append({i})" for i in range(10)])
    replies = [front.shell_reply(i)["content"]["status"] for i in ids]
    assert replies == ["error"] + ["aborted"] * 10
    content, _ = front.run("ran.append('later')")
    assert content["status"] == "ok"
    assert front.value("ran") == "['later']"


def test_an_aborted_cell_gets_its_statuses(relay, front):
    _, msg_id = fails_once_behind_it_wait(relay, front, ["2"])
    assert [m["content"]["execution_state"] for m in front.until_idle(msg_id)] == ["busy", "idle"]


def test_stop_on_error_false_lets_the_queue_run(front):
    ids = [front.execute("import time; time.sleep(0.2); 1/0", stop_on_error=False), front.execute("y = 5")]
    assert [front.shell_reply(i)["content"]["status"] for i in ids] == ["error", "ok"]


def test_requests_keep_their_place_between_cells(front):
    """A completion sent between two cells sees the first one's names and not the second's."""
    front.run("import time")
    front.execute("time.sleep(0.3); first_name = 1")
    asked = front.complete("first_na")
    front.execute("first_name_two = 2")
    assert front.shell_reply(asked)["content"]["matches"] == ["first_name"]


def test_trap_7_comm_messages_get_no_reply_and_hold_nothing_up(front):
    for i in range(20):
        front.shell_channel.send(front.session.msg("comm_msg", {"comm_id": f"none{i}", "data": {}}))
    assert front.run("1")[0]["status"] == "ok"


def test_trap_1_input_is_asked_at_the_front_end_that_runs_the_cell(relay, front):
    other = relay.front()
    for client, answer in ((other, "from two"), (front, "from one")):
        msg_id = client.execute("text = input('? ')", allow_stdin=True)
        assert client.get_stdin_msg(timeout=PATIENCE)["content"]["prompt"] == "? "
        client.input(answer)
        assert client.shell_reply(msg_id)["content"]["status"] == "ok"
        assert client.value("text") == repr(answer)


def test_an_answer_that_nobody_asked_for_is_not_kept_for_the_next_question(front):
    front.input("stray")
    msg_id = front.execute("text = input()", allow_stdin=True)
    front.get_stdin_msg(timeout=PATIENCE)
    front.input("right")
    front.shell_reply(msg_id)
    assert front.value("text") == "'right'"


def test_two_front_ends_see_each_others_output_and_only_their_own_replies(relay, front):
    other = relay.front()
    msg_id = front.execute("print('for both')")
    assert streams(other.until_idle(msg_id)) == "for both\n"
    assert front.shell_reply(msg_id)["content"]["status"] == "ok"
    assert other.value("1") == "1"


def test_trap_2_a_front_end_that_reconnects_takes_its_identity_over(relay, front):
    """The server's websocket comes back under the browser's session id while the old connection still lingers."""
    import zmq
    session = relay.session
    sockets = []
    for _ in range(3):
        socket = relay.raw(zmq.DEALER, "shell_port", identity=b"browser")
        sockets.append(socket)  # stays connected
        session.send(socket, "kernel_info_request", {})
        assert socket.poll(PATIENCE * 1000)
        _, parts = session.feed_identities(socket.recv_multipart())
        assert session.deserialize(parts)["msg_type"] == "kernel_info_reply"


def test_trap_6_no_signature_is_seen_twice(relay, front):
    """jupyter_client refuses a signature that it has seen; here every message of a run with aborts is compared."""
    import zmq
    seen = relay.raw(zmq.SUB, "iopub_port", subscribe=b"")
    assert seen.poll(PATIENCE * 1000)
    for code in ("1", "1/0", "2"):
        front.run(code)
    for _ in range(5):
        front.kernel_info()
    last = front.execute("'the last'")
    front.shell_reply(last)
    signatures = []
    while True:
        frames = seen.recv_multipart()
        at = frames.index(b"<IDS|MSG>")
        signatures.append(frames[at + 1])
        if last.encode() in frames[at + 3] and b'"idle"' in frames[at + 5]:
            break
    assert len(signatures) == len(set(signatures))
