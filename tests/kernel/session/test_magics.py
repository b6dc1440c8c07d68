"""%checkpoint, %resume, %session and %migrate as a person and a program meet them, in a real kernel.

The tables are those of docs/interfaces.md, "JSON".
"""

import contextlib
import json
import pathlib
import re

import pytest

from kernelferry import capsule
from tests.client import Kernel

INTERFACES = (pathlib.Path(__file__).parents[3] / "docs" / "interfaces.md").read_text()


def listed(beginning):
    """The words of the list in docs/interfaces.md that begins so."""
    found, = re.findall(f"`({re.escape(beginning)} [^`]*)`", INTERFACES)
    return set(found.split())


CODES, PROCESS = listed("fits cheap"), listed("cwd environ")
WAYS = {"stored", "replayed", "image", "pending", "failed", "lost"}
NUMBER = (int, float)
ALL = {"schema": str, "ok": bool, "session": str, "messages": list, "error": (dict, type(None))}
TRAVEL = {**ALL, "generation": int, "label": (str, type(None)), "bytes": int, "bytes_moved": int, "seconds": NUMBER,
          "variables": dict, "process": dict}
SCHEMAS = {
    "ferry.checkpoint/1": TRAVEL,
    "ferry.resume/1": {**TRAVEL, "cells_behind": list, "changed_files": list, "changed_packages": list},
    "ferry.plan/1": {**TRAVEL, "policy": str, "target": (str, type(None)), "totals": dict, "policies": dict, "bandwidth": NUMBER,
                     "blockers": list},
    "ferry.session/1": {**ALL, "name": (str, type(None)), "notebook": (str, type(None)), "state": dict, "generations": list,
                        "store": str, "changed": list, "audits": dict},
}
ENTRY = {"way": str, "verified": (bool, type(None)), "type": str, "component": (int, type(None)), "bytes": int, "seconds": NUMBER,
         "cells": list, "code": str, "reason": (str, type(None)), "alternative": (dict, type(None)), "held_by": (str, list, type(None))}


def has(data, table, where):
    for key, kind in table.items():
        assert key in data, f"{where} has no {key}"
        assert isinstance(data[key], kind), f"{where}: {key} is {data[key]!r}"


def check(data, schema):
    """Every key of the tables is there, with values that they allow."""
    assert data["schema"] == schema and data["ok"] is True and data["error"] is None
    has(data, SCHEMAS[schema], schema)
    assert re.fullmatch(r"[0-9a-f]{16}", data["session"])
    assert data["messages"] and all(isinstance(message, str) and message for message in data["messages"])
    for name, entry in {**data.get("variables", {}), **data.get("process", {})}.items():
        has(entry, ENTRY, f"{schema} {name}")
        assert entry["way"] in WAYS and entry["code"] in CODES and all(isinstance(cell, int) for cell in entry["cells"]), (name, entry)
        if schema != "ferry.resume/1":
            assert entry["way"] != "failed" and entry["verified"] is None, (name, entry)
        if entry["way"] in ("failed", "lost"):
            assert entry["reason"], (name, entry)
        if entry["alternative"]:
            assert entry["alternative"].keys() == {"way", "seconds"}, (name, entry)
    assert set(data.get("process", ())) <= PROCESS
    for cell in data.get("cells_behind", ()):
        assert cell.keys() == {"cell", "status", "reason"} and cell["status"] in ("replayed", "not-replayed", "failed"), cell
    if schema == "ferry.plan/1":
        assert data["totals"].keys() == {"bytes", "save_s", "restore_s"} and data["policies"].keys() == {"store-first", "cheapest"}
        for side in data["policies"].values():
            assert side.keys() == {"bytes", "send_s", "replay_s", "seconds", "cells", "variables"} and side["variables"].keys() == data["variables"].keys()
        assert all(blocker.keys() == {"cell", "effect", "remedy"} for blocker in data["blockers"]), data["blockers"]
    if schema == "ferry.session/1":
        assert data["audits"].keys() == {"runs", "misses"}
        for generation in data["generations"]:
            assert generation.keys() >= {"generation", "label", "time", "bytes", "cells", "proved"}
        numbers = [generation["generation"] for generation in data["generations"]]
        assert numbers == sorted(numbers, reverse=True)
    return data


def program(kernel, line):
    """The object that `line --json` displays: as JSON, as the same text, and nothing else."""
    answer = kernel.run(f"{line} --json")
    assert len(answer.outputs) == len(answer.bundles) == 1, answer.outputs
    assert answer.bundles[0].keys() == {"application/json", "text/plain"}
    data = answer.bundles[0]["application/json"]
    assert json.loads(answer.bundles[0]["text/plain"]) == data
    assert answer.status == "ok", answer.error
    return data


def refused(kernel, line, code):
    """The object of a command that cannot be done; the exception after it says the same."""
    answer = kernel.run(f"{line} --json")
    assert [kind for kind, _ in answer.outputs] == ["display_data", "error"], answer.outputs
    data = answer.bundles[0]["application/json"]
    has(data, ALL, line)
    assert data["ok"] is False and data["error"].keys() == {"code", "what", "remedy"}
    assert data["error"]["code"] == code and data["error"]["what"] in data["messages"][0]
    assert answer.status == "error" and data["messages"][0] in answer.error
    return data


def columns(text):
    return max(map(len, text.splitlines()))


class Place:
    """A notebook's folder and store; kernels of it one after another."""

    def __init__(self, folder):
        self.folder, self.work = folder, folder / "work"
        self.work.mkdir()

    @contextlib.contextmanager
    def kernel(self, notebook="n.ipynb", **environment):
        kernel = Kernel(self.folder / "home", self.work / notebook, self.work, **environment)
        try:
            yield kernel
        finally:
            kernel.kill()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for the tests that do not end it."""
    with Place(tmp_path_factory.mktemp("magics")).kernel() as started:
        yield started


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_the_page_lists_every_item_of_process_state():
    assert PROCESS == {*capsule.ITEMS, "hash_seed"}


# -- each command, for a person and for a program

@pytest.mark.parametrize("magic", ["checkpoint", "resume", "session", "migrate", "suspend"])
def test_help_and_unknown_options(kernel, magic):
    kernel.client.execute(f"%{magic}?")
    while (reply := kernel.client.get_shell_msg(timeout=60))["parent_header"]["msg_type"] != "execute_request" or not reply["content"].get("payload"):
        pass
    page = reply["content"]["payload"][0]["data"]["text/plain"]
    assert f"%{magic}" in page and "--json" in page
    answer = kernel.run(f"%{magic} --no-such-option")
    assert answer.status == "error" and answer.error.startswith("UsageError") and "--no-such-option" in answer.error


def test_a_checkpoint_tells_of_every_name(place):
    with place.kernel() as kernel:
        kernel.run("import os, random\na = [1]; b = [a]; fresh = (i for i in range(3)); random.seed(1); os.environ['SHIP'] = 'ada'")
        data = check(program(kernel, "%checkpoint first"), "ferry.checkpoint/1")
        assert data["variables"].keys() == {"os", "random", "a", "b", "fresh"}
        assert data["variables"]["a"]["component"] == data["variables"]["b"]["component"]
        assert data["variables"]["a"]["type"] == "list" and data["variables"]["a"]["bytes"] > 0
        assert data["variables"]["fresh"]["code"] == "unpicklable" and "generator" in data["variables"]["fresh"]["reason"]
        assert data["label"] == "first" and data["bytes"] > 0 and {"random", "environ"} <= data["process"].keys()
        assert "ipython" not in data["process"], data["process"]["ipython"]  # our own magics are none of the session's
        again = check(program(kernel, "%checkpoint"), "ferry.checkpoint/1")
        assert again["bytes_moved"] == 0 and again["generation"] == data["generation"]
        kernel.run("del b, fresh")
        assert check(program(kernel, "%checkpoint"), "ferry.checkpoint/1")["variables"].keys() == {"os", "random", "a"}


def test_what_a_person_sees_fits_the_page(kernel):
    kernel.run("import os; held = {'a long key of a dict': [open(os.devnull)]}; x = 1")
    for line in ("%checkpoint", "%resume --dry-run", "%session", "%session list", "%session effects", "%migrate --plan"):
        answer = kernel.run(line)
        assert answer.status == "ok", answer.error
        assert [kind for kind, _ in answer.outputs] == ["execute_result"] and answer.bundles[0].keys() == {"text/plain", "text/html"}
        assert columns(answer.bundles[0]["text/plain"]) <= 80, answer.text


def test_a_magic_returns_its_data(kernel):
    kernel.run("r = get_ipython().run_line_magic('session', '')")
    assert kernel.evaluate(["r.data['schema']", "'<div' in r._repr_html_()"]) == ["'ferry.session/1'", "True"]
    kernel.run("del r")


def test_the_plan_moves_nothing(kernel):
    kernel.run("import time; slow = [time.sleep(0)]; big = bytes(100000)")
    for policy in ("store-first", "cheapest"):
        data = check(program(kernel, f"%migrate --plan --policy {policy}"), "ferry.plan/1")
        assert data["policy"] == policy and data["target"] is None and "big" in data["variables"]
    (drawn,) = [bundle["text/html"] for bundle in kernel.run("%migrate --plan").bundles if "text/html" in bundle]
    assert "<svg" in drawn and "<script" not in drawn and "big" in drawn
    assert "user@host" in refused(kernel, "%migrate", "invalid")["error"]["remedy"]
    answer = kernel.run("%migrate --plan --policy dearest")
    assert answer.status == "error" and answer.error.startswith("UsageError")


# -- %session

def test_a_plan_names_cells_by_the_numbers_of_the_notebook(place):
    with place.kernel() as kernel:
        kernel.run("a = 1", store_history=False), kernel.run("a = 2", store_history=False)  # run, and have no number
        count = kernel.run("open('made', 'w').close(); lost = (i for i in range(3))").execution_count
        plan = check(program(kernel, "%migrate --plan"), "ferry.plan/1")
        assert f"cell [{count}] must not run again" in plan["variables"]["lost"]["reason"]
        (blocker,) = plan["blockers"]
        assert blocker["cell"] == count and f"%session replay-ok {count} " in blocker["remedy"]
        assert any(message.startswith(f"cell [{count}] (file-write: made): ") and "replay-ok" in message for message in plan["messages"])
        check(program(kernel, f"%session replay-ok {count}"), "ferry.session/1")
        assert check(program(kernel, "%migrate --plan"), "ferry.plan/1")["variables"]["lost"]["way"] == "replayed"


def test_session_status_list_and_name(kernel):
    data = check(program(kernel, "%session"), "ferry.session/1")
    assert data["notebook"].endswith("n.ipynb") and data["name"] is None
    program(kernel, "%checkpoint named")
    listed = check(program(kernel, "%session list"), "ferry.session/1")
    assert listed["generations"][0]["label"] == "named"
    assert check(program(kernel, "%session name titanic"), "ferry.session/1")["name"] == "titanic"
    refused(kernel, "%session name", "invalid")
    refused(kernel, "%session sink", "invalid")


def test_session_forgets_a_generation(kernel):
    kernel.run("more = 1")
    number = program(kernel, "%checkpoint gone")["generation"]
    kernel.run("more = 2")
    program(kernel, "%checkpoint stays")
    data = check(program(kernel, f"%session forget {number}"), "ferry.session/1")
    assert number not in [generation["generation"] for generation in data["generations"]]
    refused(kernel, f"%session forget {number}", "not-found")
    refused(kernel, "%session forget all", "invalid")


def test_session_shows_effects_of_cells(kernel):
    count = kernel.run("open('told.txt', 'w').close()").execution_count
    data = check(program(kernel, f"%session effects {count}"), "ferry.session/1")
    assert {effect["cell"] for effect in data["effects"]} == {count} and any("told.txt" in e["detail"] for e in data["effects"])
    assert len(check(program(kernel, "%session effects"), "ferry.session/1")["effects"]) >= len(data["effects"])
    refused(kernel, "%session effects all", "invalid")
    kernel.run("open('told.txt').close()")
    read = [line for line in kernel.run("%session effects").text.splitlines() if "file-read" in line]
    assert re.search(r"told\.txt, \d+ bytes? of \d{4}-\d\d-\d\d", read[-1]) and "mtime" not in read[-1]


def test_pin_and_recompute(place):
    with place.kernel() as kernel:
        kernel.run("kept = list(range(50))")
        check(program(kernel, "%session pin kept"), "ferry.session/1")
        assert program(kernel, "%checkpoint")["variables"]["kept"]["code"] == "pinned"
        check(program(kernel, "%session recompute kept"), "ferry.session/1")
        entry = program(kernel, "%checkpoint")["variables"]["kept"]
        assert (entry["way"], entry["code"]) == ("replayed", "user-recompute")
        refused(kernel, "%session pin nobody", "not-found")


def test_what_is_said_of_cells_decides_their_replay(place):
    with place.kernel() as kernel:
        count = kernel.run("import subprocess\nran = (line for line in [subprocess.run(['true'])])").execution_count
        assert program(kernel, "%checkpoint")["variables"]["ran"]["way"] == "lost"
        check(program(kernel, f"%session replay-ok {count}"), "ferry.session/1")
        assert program(kernel, "%checkpoint")["variables"]["ran"]["way"] == "replayed"
        check(program(kernel, f"%session no-replay {count}"), "ferry.session/1")
        assert program(kernel, "%checkpoint")["variables"]["ran"]["way"] == "lost"
        refused(kernel, "%session replay-ok 9999", "not-found")


# -- %resume

def test_what_exists_is_kept_and_named(kernel):
    kernel.run("p = [1]; q = [2]; r = [3]")
    program(kernel, "%checkpoint three")
    kernel.run("p.append(9); del q")
    data = check(program(kernel, "%resume three p q r"), "ferry.resume/1")
    assert data["variables"].keys() == {"p", "q", "r"} and data["label"] == "three"
    assert [data["variables"][name]["code"] for name in "pqr"] == ["skipped", "fits", "fits"]
    assert [data["variables"][name]["way"] for name in "pqr"] == ["failed", "stored", "stored"]
    assert data["variables"]["q"]["verified"] is data["variables"]["r"]["verified"] is True
    assert kernel.evaluate(["p", "q", "r"]) == ["[1, 9]", "[2]", "[3]"]
    data = check(program(kernel, "%resume three p --overwrite"), "ferry.resume/1")
    assert data["variables"]["p"]["way"] == "stored" and kernel.evaluate(["p"]) == ["[1]"]


def test_what_lost_its_companion_is_not_passed_off_as_whole(kernel):
    kernel.run("class Ship: pass\none = [1]; two = [one]; ada = Ship()")
    program(kernel, "%checkpoint pair")
    kernel.run("class Ship: fleet = 1\none.append(2); del two, ada")
    data = check(program(kernel, "%resume pair two ada"), "ferry.resume/1")
    for name, other in (("two", "one"), ("ada", "Ship")):
        entry = data["variables"][name]
        assert entry["verified"] is False and other in entry["reason"], entry
    assert kernel.evaluate(["one", "two", "type(ada) is Ship"]) == ["[1, 2]", "[[1]]", "False"]
    kernel.run("del Ship, one, two, ada")


def test_no_cell_runs_again_among_variables_that_are_kept(place):
    with place.kernel() as kernel:
        kernel.run("log = []; made = (log.append(i) for i in range(2))")
        program(kernel, "%checkpoint before")
        kernel.run("log.append('mine'); del made")
        entry = check(program(kernel, "%resume before made"), "ferry.resume/1")["variables"]["made"]
        assert entry["way"] == "failed" and "log" in entry["reason"], entry
        assert kernel.evaluate(["log", "made"]) == ["['mine']", "raised NameError"]


def test_a_dry_run_changes_nothing(kernel):
    kernel.run("d = [1]; e = [2]")
    program(kernel, "%checkpoint dry")
    kernel.run("d.append(2); del e")
    before = kernel.fingerprints()
    data = check(program(kernel, "%resume dry d e --dry-run"), "ferry.resume/1")
    assert data["variables"].keys() == {"d", "e"} and data["bytes_moved"] == 0
    assert kernel.fingerprints() == before


def test_what_there_is_not_is_refused(kernel):
    refused(kernel, "%resume nowhere", "not-found")
    refused(kernel, "%resume 4711", "not-found")
    refused(kernel, "%checkpoint --system", "refused")


def test_the_report_of_a_resume_is_one_line_once(place):
    with place.kernel() as kernel:
        kernel.run("a = list(range(10)); g = (i for i in range(9)); con = open('/dev/null')")
        kernel.run("open('told.txt', 'w').write('x'); h = (i for i in range(9))")
        kernel.suspend()
    with place.kernel() as kernel:
        data = check(program(kernel, "%session report"), "ferry.session/1")  # what Ferry shows stands alone
        assert kernel.run("0", silent=True).outputs == []
        first, second = kernel.run("1 + 1"), kernel.run("1 + 1")
        assert [kind for kind, _ in first.outputs] == ["display_data", "execute_result"]
        assert [kind for kind, _ in second.outputs] == ["execute_result"]
        lines = first.bundles[0]["text/plain"].splitlines()
        assert "variables back" in lines[0] and columns(first.bundles[0]["text/plain"]) <= 80
        assert " ".join(line.strip() for line in lines).startswith(data["messages"][0])
        whole = check(program(kernel, "%resume"), "ferry.resume/1")
        assert whole["variables"].keys() == {"a", "g", "con", "h"} and whole["variables"]["a"]["verified"] is True
        assert program(kernel, "%resume")["variables"] == whole["variables"]


def test_another_session_and_its_blobs_stay_its_own(place):
    with place.kernel("there.ipynb") as kernel:
        kernel.run("class Ship: pass\nada = Ship(); fleet = [ada]")
        sid = program(kernel, "%checkpoint")["session"]
        kernel.suspend()
    with place.kernel("here.ipynb") as kernel:
        kernel.run("mine = 1")
        data = check(program(kernel, f"%resume {sid} fleet ada Ship"), "ferry.resume/1")
        assert {entry["verified"] for entry in data["variables"].values()} == {True}, data["variables"]
        kernel.suspend()
    with place.kernel("here.ipynb") as kernel:
        assert kernel.evaluate(["fleet[0] is ada, type(ada) is Ship, mine"]) == ["(True, True, 1)"]
        assert {e["verified"] for e in program(kernel, "%resume")["variables"].values()} == {True}
