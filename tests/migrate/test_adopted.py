"""An engine that lost its relay, and was taken over by the next one, moves like any other."""

import json
import time

import pytest

from tests.migrate.test_cli import ferry
from tests.processes import still_alive
from tests.survival.test_orphans import lose_relay


@pytest.fixture
def adopted(notebook):
    """A kernel whose engine is not its relay's child."""
    first = notebook.open()
    first.run("a = [1]; b = {'of': a}; pid = __import__('os').getpid()", "cell-0")
    engine = lose_relay(first)
    kernel = notebook.open()
    assert kernel.evaluate(["b['of'] is a", "pid == __import__('os').getpid()"]) == ["True", "True"]
    return kernel, engine


def test_to_a_host_and_home_again(host, adopted):
    kernel, engine = adopted
    before = kernel.fingerprints()
    moved = kernel.magic(f"%migrate {host.text}")
    assert moved["ok"] and moved["variables"]["a"]["verified"] is True, moved
    assert not still_alive(engine)
    assert kernel.fingerprints() == before and kernel.evaluate(["b['of'] is a", "pid == __import__('os').getpid()"]) == ["True", "False"]
    assert kernel.run("a.append(2)").status == "ok"
    home = kernel.run("%migrate home")
    assert home.status == "ok", home
    assert kernel.evaluate(["b", "b['of'] is a"]) == ["{'of': [1, 2]}", "True"]


def test_from_outside(notebook, host, adopted):
    kernel, engine = adopted
    session = kernel.control("ferry_status_request")["session"]
    moved = ferry(notebook, host, "migrate", session, host.text)
    assert moved.returncode == 0 and json.loads(moved.stdout)["variables"]["a"]["verified"] is True, moved
    assert not still_alive(engine)
    assert kernel.evaluate(["b['of'] is a", "pid == __import__('os').getpid()"]) == ["True", "False"]


def test_beside_the_cell_that_it_ran_when_it_was_taken_over(notebook, host):
    first = notebook.open()
    request = first.send("a = [1]\nprint('on', flush=True)\nimport os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\na.append(2)", "cell-0")
    first.wait_for_output(request, "on")
    engine = lose_relay(first)
    kernel = notebook.open()
    asked = kernel.client.session.msg("ferry_migrate_request", {"v": 1, "host": host.text})
    kernel.client.control_channel.send(asked)
    (notebook.folder / "go").touch()
    answer = kernel._reply(kernel.client.get_control_msg, asked["header"]["msg_id"], time.monotonic() + 90)
    assert answer["status"] == "ok", answer
    assert kernel.evaluate(["a"]) == ["[1, 2]"] and not still_alive(engine)


def test_that_cannot_move_it_goes_on(host, adopted):
    kernel, engine = adopted
    host.know(False)
    refused = kernel.run(f"%migrate {host.text}")
    assert refused.status == "error" and engine.is_running()
    host.know()
    assert kernel.evaluate(["b['of'] is a", "pid == __import__('os').getpid()"]) == ["True", "True"]
