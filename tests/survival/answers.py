"""What tests of survival wait for and read: what a person is told, files that cells write, the end of a kernel."""

import re
import time

from tests.processes import still_alive

FERRY_WORDS = ("variables back", "session", "Kernelferry", "resume")


def wait_for_file(path):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.01)


def said(answer):
    """Everything a person reads in an answer, each of its lines whole."""
    return re.sub(r"\n {4,}", " ", answer.text)


def assert_clean_and_offered(kernel, cell):
    """The kernel's first cell finds no `a`, and tells how the session comes back."""
    shown = kernel.run("'a' in dir()", cell)
    assert ("execute_result", "False") in shown.outputs
    assert "%resume last" in said(shown)


def assert_nothing_told(answer):
    assert not any(word in said(answer) for word in FERRY_WORDS), said(answer)


def end(kernel, restart=False):
    """As a front end ends it; returns when everything has ended."""
    processes = kernel.processes()
    kernel.client.shutdown(restart=restart)
    alive = still_alive(*processes)
    assert not alive
