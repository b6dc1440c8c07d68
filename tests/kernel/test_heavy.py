"""Much at once, through relay and engine: a message of 100 MB each way, thousands of requests in a queue, a slow reader."""

import time

import pytest

from tests.client import Kernel

MANY = 2000


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heavy")
    kernel = Kernel(folder / "store", folder / "n.ipynb", folder)
    yield kernel
    kernel.kill()


def test_a_message_of_100_mb_each_way(kernel):
    kernel.run("got = []\nget_ipython().kernel.comm_manager.register_target('heavy', lambda comm, opened: "
               "got.append(len(opened['content']['data']['text'])))", "cell-0")
    session = kernel.client.session
    opened = session.msg("comm_open", {"comm_id": "1", "target_name": "heavy", "data": {"text": "x" * 100_000_000}})
    kernel.client.shell_channel.send(opened)
    assert kernel.evaluate(["got"]) == ["[100000000]"]
    shown = kernel.run("from IPython.display import display\ndisplay({'text/plain': 'x' * 100_000_000}, raw=True)", "cell-1")
    assert [len(text) for kind, text in shown.outputs] == [100_000_000]


def test_thousands_of_queued_cells_run_once_each_and_in_order(kernel):
    kernel.run("n = 0; seen = []", "cell-0")
    requests = [kernel.send(f"seen.append({i})", "cell-1", silent=True) for i in range(MANY)]
    client, answered = kernel.client, []
    deadline = time.monotonic() + 240
    while len(answered) < MANY:
        reply = client.get_shell_msg(timeout=max(0.1, deadline - time.monotonic()))
        assert reply["content"]["status"] == "ok"
        answered.append(reply["parent_header"]["msg_id"])
    assert answered == requests
    assert kernel.evaluate([f"seen == list(range({MANY}))"]) == ["True"]


def test_a_reader_that_comes_late_gets_everything(kernel):
    """Nobody reads while 2,000 displays pass: a queue with a limit would drop them without a word."""
    request = kernel.send(f"from IPython.display import display\nfor i in range({MANY}): display(i)", "cell-2")
    reply = kernel.client.get_shell_msg(timeout=120)
    assert reply["parent_header"]["msg_id"] == request
    shown, idle = [], False
    while not idle:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request:
            shown += [message["content"]["data"]["text/plain"]] if message["msg_type"] == "display_data" else []
            idle = message["content"].get("execution_state") == "idle"
    assert shown == [str(i) for i in range(MANY)]
