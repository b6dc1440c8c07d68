"""Much at once, through relay and engine: messages of megabytes, thousands of requests in a queue, slow readers, garbage.

FERRY_TEST_HEAVY=1 (`./dev stress heavy`) makes cells of 100 MB and queues of 100,000 of them.
"""

import os
import socket
import struct
import time

import pytest
import zmq

FULL = bool(os.environ.get("FERRY_TEST_HEAVY"))
MANY = 100_000 if FULL else 2000
SOURCE = 100_000_000 if FULL else 2_000_000
PATIENCE = 3600 if FULL else 240


def test_a_message_of_100_mb_each_way(kernel):
    kernel.run("got = []\nget_ipython().kernel.comm_manager.register_target('heavy', lambda comm, opened: "
               "got.append(len(opened['content']['data']['text'])))", "cell-0")
    session = kernel.client.session
    opened = session.msg("comm_open", {"comm_id": "1", "target_name": "heavy", "data": {"text": "x" * 100_000_000}})
    kernel.client.shell_channel.send(opened)
    assert kernel.evaluate(["got"]) == ["[100000000]"]
    shown = kernel.run("from IPython.display import display\ndisplay({'text/plain': 'x' * 100_000_000}, raw=True)", "cell-1")
    assert [len(text) for kind, text in shown.outputs] == [100_000_000]


@pytest.mark.parametrize("source", ["s = '{}'; len(s)", "# {}\n_ = 1; {}", "''' {} '''; {}"], ids=["one name", "a comment", "a text"])
def test_a_source_of_megabytes_is_answered_and_kept_and_so_is_what_follows(kernel, source):
    """Whatever reads the source in idle time must be linear in it, and give way."""
    text = ("x" if source.startswith("s") else "np.a: b.c, ") * (SOURCE // (1 if source.startswith("s") else 11))
    answer = kernel.run(source.format(text, SOURCE) if source.count("{}") == 2 else source.format(text), "cell-big", seconds=PATIENCE)
    assert (answer.status, answer.text.split()[-1]) == ("ok", str(SOURCE))
    assert kernel.control("ferry_save_request", seconds=PATIENCE)["status"] == "ok"
    assert kernel.evaluate(["1 + 1"]) == ["2"]
    kernel.run("In[:] = [c[:100] for c in In]; s = None", "cell-small")


def test_thousands_of_queued_cells_run_once_each_and_in_order(kernel):
    kernel.run("n = 0; seen = []", "cell-0")
    requests = [kernel.send(f"seen.append({i})", "cell-1", silent=True) for i in range(MANY)]
    client, answered = kernel.client, []
    deadline = time.monotonic() + PATIENCE
    while len(answered) < MANY:
        reply = client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
        assert reply["content"]["status"] == "ok"
        answered.append(reply["parent_header"]["msg_id"])
    assert answered == requests
    assert kernel.evaluate([f"seen == list(range({MANY}))"]) == ["True"]


def test_a_reader_that_comes_late_gets_everything(kernel):
    """Nobody reads while thousands of displays pass: a queue with a limit would drop them without a word."""
    request = kernel.send(f"from IPython.display import display\nfor i in range({MANY}): display(i)", "cell-2")
    reply = kernel.client.get_shell_msg(timeout=PATIENCE)
    assert reply["parent_header"]["msg_id"] == request
    shown, idle = [], False
    while not idle:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request:
            shown += [message["content"]["data"]["text/plain"]] if message["msg_type"] == "display_data" else []
            idle = message["content"].get("execution_state") == "idle"
    assert shown == [str(i) for i in range(MANY)]


def test_a_front_end_that_never_reads_holds_up_nobody_else(kernel):
    """It is subscribed and takes nothing: its buffers fill, while another is served."""
    info = kernel.manager.get_connection_info()
    with zmq.Context() as context, context.socket(zmq.SUB) as deaf:
        deaf.setsockopt(zmq.RCVHWM, 1)
        deaf.setsockopt(zmq.RCVBUF, 4096)
        deaf.subscribe(b"")
        deaf.connect(f"tcp://{info['ip']}:{info['iopub_port']}")
        assert deaf.poll(60_000)  # the welcome: it is there
        shown = kernel.run("for i in range(32): print('x' * 1_000_000)", "cell-3")
        assert sum(len(text) for _, text in shown.outputs) == 32 * 1_000_001
    assert kernel.evaluate(["2 + 2"]) == ["4"]


@pytest.mark.parametrize("port", ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"])
def test_half_a_conversation_on_each_port_harms_nobody(kernel, port):
    """Bytes that are no ZeroMQ, a greeting that stops, and frames that announce more than ever comes."""
    info = kernel.manager.get_connection_info()
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\x00" + bytes(31)
    ready = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
    said = b"\x04" + bytes([len(ready)]) + ready
    huge = b"\x02" + struct.pack(">Q", 1 << 62)
    mine = []
    for text in (os.urandom(4000), greeting[:20], greeting + said[:9], greeting + said + b"\x01\x09<IDS|MSG>" + b"\x00\x50{", greeting + said + huge + b"x" * 100):
        mine.append(socket.create_connection((info["ip"], info[port])))
        mine[-1].sendall(text)
    try:
        assert kernel.evaluate(["3 + 3"]) == ["6"]
        assert kernel.control("ferry_status_request")["status"] == "ok"
        kernel.client.hb_channel.unpause()
        assert kernel.run("4 + 4", "cell-4").text == "[execute_result] 8\n"
    finally:
        for each in mine:
            each.close()
    assert kernel.run("5 + 5", "cell-4").text == "[execute_result] 10\n"
    assert kernel.relay.is_running()


def nested(depth):
    return b'{"code": "1", "deep": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"code": 5, "cursor_pos": "x"}', nested(100_000)],
                         ids=["nothing", "half", "a list", "no text", "other types", "deep"])
def test_a_signed_request_that_cannot_be_read_is_refused(kernel, content):
    """A front end of ours that is broken, not a stranger: it is told, and its next request is served."""
    session, channel = kernel.client.session, kernel.client.shell_channel
    for kind in ("execute", "complete", "inspect", "is_complete"):
        header = session.msg(f"{kind}_request")["header"]
        parts = [session.pack(header), b"{}", b"{}", content]
        channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
        reply = kernel.client.get_shell_msg(timeout=60)
        assert reply["parent_header"]["msg_id"] == header["msg_id"] and reply["msg_type"] == f"{kind}_reply"
        assert reply["content"]["status"] == "error" and reply["content"]["ename"]
    parts = [session.pack(session.msg("comm_msg")["header"]), b"{}", b"{}", content]
    channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    assert kernel.evaluate(["6 + 6"]) == ["12"]


def test_what_is_nested_deep_is_served_or_refused_and_harms_neither_relay_nor_engine(kernel):
    """Where Python and xeus would need a stack that deep, the relay refuses; a program's own metadata is never that deep."""
    session, channel = kernel.client.session, kernel.client.shell_channel
    engine = kernel.evaluate(["__import__('os').getpid()"])
    deep = 100_000
    for parent, metadata, content, status in [(100, 500, 500, "ok"), (1, deep, 1, "error"), (deep, 1, 1, "error"), (1, 1, deep, "error")]:
        header = session.msg("execute_request")["header"]
        parts = [session.pack(header), *map(nested, (parent, metadata, content))]
        channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
        reply = kernel.client.get_shell_msg(timeout=60)
        assert (reply["parent_header"]["msg_id"], reply["content"]["status"]) == (header["msg_id"], status)
    parts = [session.pack(session.msg("comm_open")["header"]), b"{}", b"{}", nested(deep)]
    channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    kernel.client.control_channel.socket.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    assert kernel.evaluate(["__import__('os').getpid()"]) == engine
