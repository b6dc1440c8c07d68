"""exit and quit: the kernel ends and a clean one follows under the same front end, as with ipykernel; nothing is lost."""

import psutil
import pytest

from tests.client import Kernel
from tests.kernel.conftest import opened


@pytest.fixture
def kernel(tmp_path):
    yield from opened(tmp_path)


def engine(kernel):
    return [p for p in kernel.processes() if p != kernel.relay]


@pytest.mark.parametrize("word", ["exit", "quit()", "from traitlets.config import Application; Application.instance().kernel.do_shutdown(True)"])
def test_exit_is_followed_by_a_clean_kernel_and_can_be_undone(kernel, tmp_path, word):
    kernel.run("a = [1]", "one")
    before = engine(kernel)
    waits = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)"
    sent = [kernel.send(waits, "two"), kernel.send(word, "three"), kernel.send("a.append(2)", "four")]
    kernel.client.kernel_info()  # answered at once by the relay, which has the cells then
    assert kernel.client.get_shell_msg(timeout=60)["msg_type"] == "kernel_info_reply"
    (tmp_path / "go").touch()
    replies = [kernel.client.get_shell_msg(timeout=60)["content"] for _ in sent]
    assert [r["status"] for r in replies] == ["ok", "ok", "aborted"]
    asks = [] if "shutdown" in word else [{"source": "ask_exit", "keepkernel": False}]     # a terminal's front end ends too
    assert replies[1]["payload"] == asks
    states = []
    while states[-2:] != ["restarting", "idle"]:
        message = kernel.client.get_iopub_msg(timeout=60)
        assert message["msg_type"] != "stream", message["content"]
        states += [message["content"]["execution_state"]] if message["msg_type"] == "status" else []
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in before)
    after = kernel.run("a", "one")
    assert after.error.startswith("NameError") and after.execution_count == 1
    assert "%resume last" in after.text
    kernel.run("%resume last")
    assert kernel.evaluate(["a"]) == ["[1]"]


def test_exit_that_keeps_the_kernel(kernel):
    kernel.run("a = 1", "one")
    kernel.run("exit(keep_kernel=True)", "two")
    assert kernel.run("a", "three").text == "[execute_result] 1\n"


def test_a_kernel_that_its_front_end_closes_after_exit_is_a_session_that_was_closed(kernel, tmp_path):
    """As jupyter console does. What is opened again is what was closed."""
    kernel.run("a = 1", "one")
    kernel.send("exit", "two")
    kernel.client.get_shell_msg(timeout=60)
    kernel.suspend()
    again = Kernel(tmp_path / "store", tmp_path / "n.ipynb", tmp_path)
    try:
        assert again.run("a", "one").text.endswith("[execute_result] 1\n")
    finally:
        again.kill()


def test_what_ends_the_engines_main_loop_is_named(kernel):
    """Here a cell breaks that loop, which ends when the next cell has come."""
    kernel.run("a = 5")
    kernel.run("%checkpoint")
    broken = ("import time\nopen('broken', 'w').close()  # it must not run again\ndef turn(block, main=get_ipython().kernel.main):\n    while not main._ready(): time.sleep(0.01)\n"
              "    raise OSError('no loop')\nget_ipython().kernel.main.turn = turn")
    sent = [kernel.send(broken, "one"), kernel.send("a", "two")]
    replies = {m["parent_header"]["msg_id"]: m["content"] for m in (kernel.client.get_shell_msg(timeout=60) for _ in sent)}
    assert replies[sent[0]]["status"] == "ok"
    said = str(replies[sent[1]])
    assert "could not go on (OSError: no loop" in said and "brings the session back" in said, said
    assert kernel.run("a", "two").outputs[-1] == ("execute_result", "5")
