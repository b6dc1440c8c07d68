"""Moves between hosts that have networks of their own: there and back, on in a chain, over a slow wire, and over one that is cut.

Run by test_two_hosts.py, as a process in a network of its own.
"""

import os

import pytest

from tests.migrate.namespaces import Wired
from tests.relay.conftest import wait_until
from tests.survival.conftest import Notebook

WHERE = "__import__('socket').gethostname()"
START = ["import random, math\nrandom.seed(3)\nlog, shared = [], [1]\nboth = {'a': shared, 'b': shared}",
         "class Walk:\n    def __init__(self): self.at = 0\n    def step(self): self.at += random.random(); return self.at\nwalk = Walk()"]
LOSE_EVERY = 20  # packets
STEP = "log.append(walk.step()); shared.append(len(log))"
CHECKS = ["log", "shared", "both['a'] is both['b'] is shared", "walk.at == log[-1]", "random.random()", "type(walk) is Walk"]


def size_of(path):
    """0 once it has got its name."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    found = [Wired(tmp_path_factory.mktemp("hosts") / f"h{number}", number) for number in (1, 2)]
    yield found
    for host in found:
        host.end()


@pytest.fixture
def cabled(tmp_path_factory):
    host = Wired(tmp_path_factory.mktemp("hosts") / "h3", 3, delay=20, lose_every=LOSE_EVERY)
    yield host
    host.end()


@pytest.fixture
def notebook(tmp_path, hosts, request):
    """Its kernels find the hosts."""
    if "cabled" in request.fixturenames:
        hosts = [request.getfixturevalue("cabled")]
    both = tmp_path / "bin"
    both.mkdir()
    (both / "config").write_text("".join(f"Match host {h.address}\n" + (h.folder / "config").read_text().replace("Host *\n", "") for h in hosts))
    (both / "ssh").write_text((hosts[0].bin / "ssh").read_text().replace(str(hosts[0].folder / "config"), str(both / "config")))
    (both / "ssh").chmod(0o755)
    notebook = Notebook(tmp_path)
    plain = notebook.open
    notebook.open = lambda **environment: plain(PATH=f"{both}:{os.environ['PATH']}", **environment)
    yield notebook
    for kernel in notebook.kernels:
        kernel.kill()


def test_a_chain_there_on_and_back_is_as_if_it_had_stayed(notebook, hosts):
    kernel, plain = notebook.open(), notebook.open(named=False)
    for cell in START:
        assert kernel.run(cell).status == plain.run(cell).status == "ok"
    for place, name in ((hosts[0].text, "host-b"), (hosts[1].text, "host-c"), (hosts[0].text, "host-b"), ("home", "host-a")):
        moved = kernel.run(f"%migrate {place}")
        assert moved.status == "ok", moved.error
        assert kernel.evaluate([WHERE]) == [repr(name)]
        for each in (kernel, plain):
            assert each.run(STEP).status == "ok"
        assert kernel.evaluate(CHECKS) == plain.evaluate(CHECKS), place


def test_a_wire_that_is_cut_while_blobs_travel(notebook, hosts):
    host = hosts[0]
    kernel = notebook.open()
    for cell in START:
        kernel.run(cell)
    kernel.run("import numpy as np; big = np.random.default_rng(0).random(2_000_000)")
    host.slow("40mbit")
    try:
        request = kernel.send(f"%migrate {host.text} --policy store-first")
        wait_until(lambda: any(size_of(path) > 1e6 for path in host.home.rglob("incoming*")), "nothing travels")
        host.unplug()
        waiting = kernel.send(STEP)
        kernel.control("interrupt_request")
        assert kernel.collect(request).error == "KeyboardInterrupt: interrupted"
        assert kernel.collect(waiting).status == "ok"
        assert kernel.evaluate([WHERE, "len(log)"]) == ["'host-a'", "1"]
        unreachable = kernel.run(f"%migrate {host.text}")
        assert unreachable.status == "error" and "cannot reach" in unreachable.error
    finally:
        host.plug()
        host.slow("10gbit")
    moved = kernel.magic(f"%migrate {host.text} --policy store-first")  # its earlier harbour may not know yet
    assert moved["ok"] and moved["wire"] == "bulk", moved
    assert kernel.evaluate([WHERE, "len(log)", "both['a'] is shared", "big.shape"]) == ["'host-b'", "1", "True", "(2000000,)"]


def test_the_wire_is_cut_while_the_session_lives_there(notebook, hosts):
    host = hosts[1]
    kernel = notebook.open()
    for cell in START:
        kernel.run(cell)
    assert kernel.run(f"%migrate {host.text}").status == "ok"
    kernel.run(STEP)
    host.unplug()
    kernel.kill()
    host.plug()
    again = notebook.open()
    shown = again.run("len(log), both['a'] is shared", cell_id="cell-1", seconds=180)
    assert shown.text.endswith("[execute_result] (1, True)\n"), shown.text
    assert again.evaluate([WHERE]) == ["'host-a'"]


def test_a_far_host_over_a_wire_that_loses_packets(notebook, cabled):
    kernel, plain = notebook.open(), notebook.open(named=False)
    for each in (kernel, plain):
        for cell in [*START, "import numpy as np; big = np.random.default_rng(0).random(40_000)"]:
            assert each.run(cell).status == "ok"
    for place, name in ((cabled.text, "host-d"), ("home", "host-a")):
        requests = [kernel.send(source) for source in (STEP, f"%migrate {place}", STEP, STEP)]
        answers = [kernel.collect(request) for request in requests]
        assert [answer.status for answer in answers] == ["ok"] * 4, answers[1].error
        for _ in range(3):
            plain.run(STEP)
        assert kernel.evaluate([WHERE]) == [repr(name)]
        assert kernel.evaluate([*CHECKS, "float(big.sum())"]) == plain.evaluate([*CHECKS, "float(big.sum())"]), place
    carried, lost = cabled.uncable()
    assert lost == (carried + lost) // LOSE_EVERY and lost > 10, (carried, lost)
