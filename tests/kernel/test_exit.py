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
