"""Which session an engine gets."""
import json
import os
import pathlib

import pytest
from tests.relay.conftest import wait_until


@pytest.fixture
def notebook(tmp_path):
    file = tmp_path / "a.ipynb"
    file.write_text("{}")
    return file


def info(relay, note):
    return json.loads((pathlib.Path(relay.env["FERRY_HOME"]) / "sessions" / note["session"] / "session.json").read_text())


def again(relay, **env):
    """Ends the kernel if it lives, starts it anew; -> what the new engine was told."""
    if relay.process and relay.process.poll() is None:
        relay.process.terminate()
        relay.wait()
    for front in relay.fronts:
        front.stop_channels()
    relay.start(**env).front()
    return relay.notes()[-1]


def test_a_notebook_keeps_its_session_and_its_hash_seed(relay, notebook):
    link = notebook.parent / "link.ipynb"
    link.symlink_to(notebook)
    one = again(relay, JPY_SESSION_NAME=str(notebook))
    two = again(relay, JPY_SESSION_NAME=str(link))
    assert one["session"] == two["session"] and len(one["session"]) == 16
    assert one["environ"]["PYTHONHASHSEED"] == two["environ"]["PYTHONHASHSEED"] == str(info(relay, one)["hash_seed"])
    assert (one["start"], two["start"], one["anonymous"], two["anonymous"]) == ("first", "first", "", "")


def test_without_a_notebook_each_kernel_is_anonymous(relay):
    one, two = again(relay), again(relay)
    assert one["session"] != two["session"]
    assert "without a notebook" in one["anonymous"]


def test_a_named_session_is_found_by_its_name(relay, notebook):
    one = again(relay, FERRY_SESSION="thesis")
    two = again(relay, FERRY_SESSION="thesis", JPY_SESSION_NAME=str(notebook))
    assert one["session"] == two["session"] and info(relay, one)["name"] == "thesis"


def test_a_restart_is_told_apart_from_a_suspend(relay, notebook):
    first = again(relay, JPY_SESSION_NAME=str(notebook))
    front = relay.fronts[-1]
    front.control_reply(front.ask_control("shutdown_request", restart=True))
    relay.wait()
    second = again(relay, JPY_SESSION_NAME=str(notebook))
    third = again(relay, JPY_SESSION_NAME=str(notebook))
    assert [n["start"] for n in (first, second, third)] == ["first", "restart", "first"]


def test_a_second_kernel_of_a_notebook_is_anonymous_and_says_who_has_it(relay, notebook, tmp_path_factory, monkeypatch):
    from tests.relay.conftest import Relay
    one = again(relay, JPY_SESSION_NAME=str(notebook))
    other = Relay(tmp_path_factory.mktemp("r"), monkeypatch)
    try:
        two = again(other, JPY_SESSION_NAME=str(notebook), FERRY_HOME=relay.env["FERRY_HOME"])
        assert one["session"] != two["session"]
        assert "in use by pid" in two["anonymous"]
        assert relay.fronts[-1].value("1") == "1"
    finally:
        other.fronts[-1].stop_channels()
        other.process.terminate()
        other.wait()


def test_the_engine_inherits_the_lock(relay, notebook):
    import fcntl
    note = again(relay, JPY_SESSION_NAME=str(notebook))
    assert note["lock_fd"] in note["fds"]
    os.kill(relay.process.pid, 9)
    relay.wait()
    lock = pathlib.Path(relay.env["FERRY_HOME"]) / "sessions" / note["session"] / "lock"
    with lock.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_trap_17_a_new_relay_ends_the_engine_that_lost_its_relay_and_takes_its_session(relay, notebook):
    one = again(relay, JPY_SESSION_NAME=str(notebook))
    os.kill(relay.process.pid, 9)
    relay.wait()
    # The stand-in does not sign the lock, as our engine does.
    lock = pathlib.Path(relay.env["FERRY_HOME"]) / "sessions" / one["session"] / "lock"
    lock.write_text(lock.read_text().replace(f"pid {relay.process.pid} ", f"pid {one['pid']} "))
    two = again(relay, JPY_SESSION_NAME=str(notebook))
    assert one["session"] == two["session"] and two["anonymous"] == ""


def test_a_death_while_the_session_is_brought_back_is_told_to_the_next_engine(relay, notebook):
    again(relay, JPY_SESSION_NAME=str(notebook), RELAY_TEST_RESUMING="yes")
    os.kill(relay.engine(), 9)
    wait_until(lambda: len(relay.notes()) == 2, "no new engine")
    assert relay.notes()[-1]["start"] == "crash-in-resume"


def test_a_store_that_cannot_be_used_costs_nothing_but_the_session(relay, notebook, tmp_path):
    (tmp_path / "file").write_text("")
    note = again(relay, JPY_SESSION_NAME=str(notebook), FERRY_HOME=str(tmp_path / "file"))
    assert note["session"] == "" and "is not a directory" in note["anonymous"]
    assert relay.fronts[-1].value("1") == "1"
