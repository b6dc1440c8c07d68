"""%migrate to a host that ssh reaches, and back: the session is there and equal, and the tab has noticed nothing."""

import json
import os

import pytest

from tests.migrate import sshd

CELLS = """
import os, random, math
import numpy as np
data = np.arange(200_000.0); view = data[10:]
shared = [1, 2]; both = {'a': shared, 'b': shared}
random.seed(5); random.random()
class Point:
    def __init__(self, x): self.x = x
    def far(self): return Point(self.x + len(shared))
p = Point(3)
def where(): return os.getpid()
"""
CHECKS = ["view.base is data", "both['a'] is both['b'] is shared", "p.far().x", "random.random()", "float(view.sum())", "type(p) is Point", "os.getcwd()"]


def recorded(notebook, kernel):
    """session.json on this side."""
    session = kernel.control("ferry_status_request")["session"]
    return json.loads((notebook.home / "sessions" / session / "session.json").read_text())


def test_there_and_back(notebook, host):
    kernel, plain = notebook.open(), notebook.open(named=False)
    for each in (kernel, plain):
        assert each.run(CELLS).status == "ok"
    expected = plain.evaluate(CHECKS), plain.evaluate(CHECKS), plain.evaluate(CHECKS)
    before, fingerprints = kernel.evaluate(["where()"]), kernel.fingerprints()
    assert kernel.evaluate(CHECKS) == expected[0]

    moved = kernel.run(f"%migrate {host.text}", cell_id="cell-1")
    assert (moved.status, moved.execution_count) == ("ok", 2), moved.error
    assert kernel.fingerprints() == fingerprints
    there = kernel.evaluate(["where()"])
    assert there != before and kernel.evaluate(CHECKS) == expected[1]
    here = recorded(notebook, kernel)
    assert here["moved_to"]["host"] == host.text

    answer = kernel.run("shared.append(3); In[1][:10], In[2], len(_ih)", cell_id="cell-2")
    assert answer.execution_count == 3 and "%migrate" not in answer.error and answer.text.count("migrate") == 1
    back = kernel.run("%migrate home")
    assert back.status == "ok" and back.execution_count == 4
    assert kernel.evaluate(["where()"]) not in (before, there)
    assert kernel.evaluate(["shared", "p.far().x"]) == ["[1, 2, 3]", "6"]
    here = recorded(notebook, kernel)
    assert "moved_to" not in here and here["epoch"] == 2
    again = kernel.run(f"%migrate {host.text}")
    assert again.status == "ok"
    assert kernel.evaluate(["shared", "view.base is data"]) == ["[1, 2, 3]", "True"]


def test_requests_wait_and_are_served_in_order(notebook, host):
    kernel = notebook.open()
    kernel.run("log = []")
    requests = [kernel.send(f"%migrate {host.text}")] + [kernel.send(f"log.append({i}); print(log[-1])") for i in range(30)]
    answers = [kernel.collect(request) for request in requests]
    assert [a.status for a in answers] == ["ok"] * 31
    assert [a.execution_count for a in answers] == list(range(2, 33))
    assert [a.text for a in answers[1:]] == [f"[stdout] {i}\n" for i in range(30)]
    assert kernel.evaluate(["log == list(range(30))"]) == ["True"]


def test_what_is_there_already_is_not_sent_again(notebook, host):
    kernel = notebook.open()
    kernel.run("import numpy as np; big = np.random.default_rng(1).random(300_000); small = [1]")
    first = kernel.magic(f"%migrate {host.text}")
    assert first["ok"]
    blobs = {path.name for path in host.home.rglob("blobs/*/*")}
    kernel.run("small.append(2)")
    kernel.run("%session pin small")
    kernel.run("%migrate home")
    assert recorded(notebook, kernel)["pinned"] == ["small"]
    kernel.run("%session pin big")
    times = {path.name: path.stat().st_mtime_ns for path in host.home.rglob("blobs/*/*")}
    kernel.run("small.append(3)")
    assert kernel.run(f"%migrate {host.text}").status == "ok"
    assert kernel.evaluate(["small", "big.shape"]) == ["[1, 2, 3]", "(300000,)"]
    later = {path.name: path.stat().st_mtime_ns for path in host.home.rglob("blobs/*/*")}
    (there,) = host.home.rglob("session.json")
    assert json.loads(there.read_text())["pinned"] == ["big", "small"]  # as it is here, not as the earlier visit left it
    kept = [name for name in blobs if later.get(name) == times.get(name)]
    assert kept, "the large array was sent again"


@pytest.mark.parametrize("told", [True, False], ids=["reachable", "unreachable"])
def test_blobs_travel_beside_ssh_where_a_port_can_be_reached(notebook, host, told):
    if not told:
        host.stop()
        host.start(forced=sshd.NO_ADDRESS)
    kernel = notebook.open()
    kernel.run("import numpy as np; a, b, c, d, e = (np.random.default_rng(i).random(400_000) for i in range(5))")
    before = kernel.fingerprints()
    moved = kernel.magic(f"%migrate {host.text} --policy store-first")
    assert moved["ok"] and moved["wire"] == ("bulk" if told else "ssh"), moved
    assert moved["bytes_moved"] > 16e6 and kernel.fingerprints() == before
    assert not list(host.home.rglob("incoming*"))


def test_cheapest_replays_there_and_store_first_does_not(notebook, host):
    kernel = notebook.open()
    kernel.run("import numpy as np\nseed = [3]")
    kernel.run("big = np.ones(4_000_000) * seed[0]")
    kernel.run("seed.append(4)")
    plan = kernel.magic(f"%migrate {host.text} --plan")
    assert plan["target"] == host.text and plan["bandwidth"] > 0 and plan["variables"]["big"]["way"] in ("replayed", "stored")
    first, cheapest = plan["policies"]["store-first"], plan["policies"]["cheapest"]
    assert first["variables"]["big"]["way"] == "stored" and first["bytes"] > 32e6 and first["cells"] == []
    assert first["send_s"] == first["bytes"] / plan["bandwidth"] and cheapest["seconds"] == plan["seconds"]
    assert cheapest["variables"]["big"]["way"] == plan["variables"]["big"]["way"]
    shown = kernel.run(f"%migrate {host.text} --plan").updates[-1][1]["data"]
    for told in (shown["text/plain"], shown["text/html"]):
        assert "store-first" in told and "cheapest (chosen)" in told and "the wire carries" in told and "stored, 32.0 MB" in told, told
    moved = kernel.magic(f"%migrate {host.text} --policy store-first")
    assert moved["variables"]["big"]["way"] == "stored" and moved["variables"]["big"]["verified"] is True
    assert kernel.evaluate(["float(big.sum())", "seed"]) == ["12000000.0", "[3, 4]"]


def test_refusals_name_what_and_remedy(notebook, host):
    kernel = notebook.open()
    kernel.run("g = (i for i in range(9)); next(g); x = [1]; open('made-once', 'w').write('x')")  # so that it is not replayed
    pid = kernel.evaluate(["__import__('os').getpid()"])
    refused = kernel.run(f"%migrate {host.text}")
    assert refused.status == "error" and "g (generator" in refused.error and "--yes" in refused.error
    assert kernel.run("next(g)").text == "[execute_result] 1\n"
    host.know(False)
    unknown = kernel.run(f"%migrate {host.text}")
    assert unknown.status == "error" and "host key" in unknown.error and "ssh -p" in unknown.error
    host.know()
    for line, words in (("%migrate", "needs a host"), ("%migrate -oProxyCommand=x", "usage"), ("%migrate a:b:70000x", "port")):
        wrong = kernel.run(line)
        assert wrong.status == "error", line
    nowhere = kernel.run("%migrate 127.0.0.1:1")
    assert nowhere.status == "error" and "cannot reach" in nowhere.error
    failed = kernel.magic(f"%migrate {host.text}")
    assert failed["ok"] is False and failed["error"]["remedy"]
    assert kernel.evaluate(["__import__('os').getpid()", "x"]) == [*pid, "[1]"]
    moved = kernel.run(f"%migrate {host.text} --yes")
    assert moved.status == "ok"
    assert kernel.evaluate(["x", "g"]) == ["[1]", "raised NameError"]


def test_what_replay_does_not_make_equal_is_sent(notebook, host):
    """This cell runs again there, where it makes something else: the source is asked for the stored form."""
    kernel = notebook.open()
    kernel.run("import os")
    kernel.run("own = [os.getpid()] * 1000")
    kernel.run("kept = [own]")
    kernel.run("%session recompute own kept")
    before = kernel.fingerprints()
    assert kernel.magic(f"%migrate {host.text} --plan")["variables"]["own"]["way"] == "replayed"
    moved = kernel.magic(f"%migrate {host.text}")
    assert moved["ok"] and kernel.fingerprints() == before
    assert moved["variables"]["own"]["way"] == "stored" and "stored form" in moved["variables"]["own"]["reason"]


def test_what_fails_or_stands_apart_when_made_again_is_sent(notebook, host):
    """Of cells that run again there one fails, and one makes a text of its own where it was one object with another variable's."""
    kernel = notebook.open()
    kernel.run("import linecache, os")
    kernel.run("line = linecache.getline(os.__file__, 20)")
    kernel.run("lines = [linecache.getline(os.__file__, 20)] * 1000")
    notebook.path.with_name("gone").touch()
    kernel.run("modes = [os.stat('gone').st_mode] * 1000")
    notebook.path.with_name("gone").unlink()
    kernel.run("%session recompute lines modes")
    before = kernel.fingerprints()
    assert kernel.evaluate(["lines[0] is line", "type(line) is str and len(line) > 1"]) == ["True", "True"]
    plan = kernel.magic(f"%migrate {host.text} --plan")
    assert {plan["variables"][name]["way"] for name in ("lines", "modes")} == {"replayed"}, plan["variables"]
    moved = kernel.magic(f"%migrate {host.text}")
    assert moved["ok"] and kernel.fingerprints() == before, moved
    assert kernel.evaluate(["lines[0] is lines[-1] is line"]) == ["True"], moved["variables"]["lines"]
    for name in ("lines", "modes"):
        entry = moved["variables"][name]
        assert (entry["way"], entry["verified"]) == ("stored", True) and "stored form" in entry["reason"], entry


def test_back_and_forth_under_bursts(notebook, host):
    """Nothing is lost, doubled or out of order, whatever is sent while the session moves."""
    kernel = notebook.open()
    kernel.run("log, lives = [], set()\ndef life(): return open('/proc/self/stat').read().split()[21]  # when the process began")
    sent, count = 0, 1
    moves = int(os.environ.get("FERRY_TEST_MOVES", "4"))  # ./dev stress bursts: 200
    for place in ([host.text, "home"] * moves)[:moves]:
        requests = []
        for source in [None] * 15 + [f"%migrate {place}"] + [None] * 25:
            requests.append((sent, kernel.send(source or f"log.append({sent}); lives.add(life()); print({sent})"), source))
            sent += source is None
        for number, request, source in requests:
            answer, count = kernel.collect(request), count + 1
            assert (answer.status, answer.execution_count) == ("ok", count), answer.error
            assert source or answer.text == f"[stdout] {number}\n"
    assert kernel.evaluate([f"log == list(range({sent}))", "len(lives)"]) == ["True", str(moves + 1)]


def test_what_is_open_goes_on_over_the_same_files(notebook, host):
    kernel = notebook.open()
    assert kernel.run("import sqlite3, numpy as np\nlog = open('log.txt', 'w'); con = sqlite3.connect('kept.db'); grid = np.memmap('grid.bin', 'i4', 'w+', shape=4)\n"
                      "with con: con.execute('create table t (x)')\n"
                      "def write(n):\n    print(n, file=log, flush=True); grid[n] = n\n    with con: con.execute('insert into t values (?)', (n,))\nwrite(0)").status == "ok"
    for number, where in enumerate((host.text, "home"), 1):
        moved = kernel.run(f"%migrate {where}")
        assert moved.status == "ok", moved.error
        assert kernel.run(f"write({number})").status == "ok"
    assert kernel.evaluate(["open('log.txt').read().split()", "con.execute('select x from t').fetchall()", "grid.tolist()", "con.total_changes"]) == [
        "['0', '1', '2']", "[(0,), (1,), (2,)]", "[0, 1, 2, 0]", "3"]
