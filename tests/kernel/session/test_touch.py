"""Saves that believe what no cell touched (docs/skipping.md), in a real kernel: audited, and never after a miss."""

import re
import time

import pytest
from kernelferry import _ferry

from tests.client import Kernel

ARRAYS = "import ctypes, numpy as np\na, b = np.zeros(100_000), np.zeros(100_000)\naddress = a.ctypes.data\nsmall = [0]"
BEHIND = "ctypes.memmove({0}, (ctypes.c_double * 1)(7.0), 8)"  # the address as a number: the cell names no array


@pytest.fixture
def kernel(tmp_path):
    kernel = Kernel(tmp_path / "home", tmp_path / "n.ipynb", tmp_path, FERRY_RESUME="never")
    yield kernel
    kernel.kill()


def saved(kernel, tmp_path, cell):
    """Runs a cell; its fingerprints in the generation that the kernel saves after it, by itself."""
    store = _ferry.Store.open(str(tmp_path / "home"))
    (session,) = [s["session"] for s in store.sessions()]
    reader = store.read(session)
    before = reader.generations()
    answer = kernel.run(cell)
    assert answer.status == "ok", answer.error
    deadline = time.monotonic() + 120
    while (newest := reader.generations()[:1]) == [] or newest[0].generation == (before[0].generation if before else 0):
        assert time.monotonic() < deadline, "nothing was saved"
        time.sleep(0.02)
    return {name: c.fingerprint for c in newest[0].components for name in c.names}


def test_a_miss_is_found_by_the_audit_and_ends_all_believing(kernel, tmp_path):
    first = saved(kernel, tmp_path, ARRAYS)
    address = kernel.run("print(address)").outputs[0][1].strip()
    behind = BEHIND.format(address)
    second = saved(kernel, tmp_path, behind + "; b[0] = 1")
    assert second["b"] != first["b"] and second["a"] == first["a"]  # believed: no cell named it
    result = kernel.magic("%checkpoint")
    assert result["ok"]
    status = kernel.magic("%session")
    assert status["audits"] == {"runs": 1, "misses": 1}
    assert "1 miss in 1 audit" in status["messages"]
    third = saved(kernel, tmp_path, "small.append(1)")
    assert third["a"] != first["a"]
    fourth = saved(kernel, tmp_path, BEHIND.format(int(address) + 8) + "; small.append(2)")
    assert fourth["a"] != third["a"]  # nothing is believed any more


def test_what_cells_touch_is_no_miss(kernel, tmp_path):
    saved(kernel, tmp_path, ARRAYS)
    for i in range(3):
        saved(kernel, tmp_path, f"small.append({i})")
    assert kernel.run("v = a[5:]; v[0] = 3").status == "ok"
    assert kernel.magic("%checkpoint")["ok"]
    status = kernel.magic("%session")
    assert status["audits"]["misses"] == 0 and status["audits"]["runs"] >= 1
    assert any(re.fullmatch(r"0 misses in \d+ audits?", message) for message in status["messages"])


def test_an_expression_of_a_front_end_is_no_cell(kernel, tmp_path):
    first = saved(kernel, tmp_path, ARRAYS)
    kernel.evaluate(["a.fill(2)"])
    assert saved(kernel, tmp_path, "small.append(1)")["a"] != first["a"]
