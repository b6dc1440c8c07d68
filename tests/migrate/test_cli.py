"""`jupyter ferry migrate` and `jupyter ferry doctor HOST`."""

import json
import os
import subprocess
import sys
from pathlib import Path

FERRY = Path(sys.executable).parent / "jupyter-ferry"


def ferry(notebook, host, *words):
    environment = {**os.environ, "FERRY_HOME": str(notebook.home), "PATH": f"{host.bin}:{os.environ['PATH']}"}
    return subprocess.run([FERRY, *words, "--json"], env=environment, capture_output=True, text=True, timeout=120)


def test_moved_from_outside(notebook, host):
    kernel = notebook.open()
    kernel.run("x = [1]; pid = __import__('os').getpid()")
    session = kernel.control("ferry_status_request")["session"]
    planned = ferry(notebook, host, "migrate", session, host.text, "--plan")
    assert planned.returncode == 0 and json.loads(planned.stdout)["variables"]["x"]["way"] == "stored", planned
    moved = ferry(notebook, host, "migrate", session[:6], host.text)
    assert moved.returncode == 0 and json.loads(moved.stdout)["variables"]["x"]["verified"] is True, moved
    assert kernel.evaluate(["x", "__import__('os').getpid() == pid"]) == ["[1]", "False"]
    (listed,) = json.loads(ferry(notebook, host, "list").stdout)["sessions"]
    assert listed["state"] == f"on {host.text}"
    refused = ferry(notebook, host, "migrate", session, "127.0.0.1:1")
    assert refused.returncode == 3 and "cannot reach" in json.loads(refused.stdout)["error"]["what"]


def test_a_host_is_examined(notebook, host):
    examined = ferry(notebook, host, "doctor", host.text)
    found = json.loads(examined.stdout)
    assert examined.returncode == 0 and found["ok"] and found["host"]["bandwidth"] > 0
    assert {check["check"] for check in found["checks"]} == {"ssh", "ferry", "python", "store", "memory", "wire"}
    host.know(False)
    unknown = json.loads(ferry(notebook, host, "doctor", host.text).stdout)
    assert not unknown["ok"] and "host key" in unknown["error"]["what"]
