"""@jupyterlab/services in node, as VS Code uses it: a kernel through a Jupyter server, without a browser."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.browser.lab import Server

HERE = Path(__file__).parent / "services"
INSTALLED = Path(__file__).parents[2] / ".cache" / "services"  # by ./dev test


@pytest.fixture
def server(tmp_path):
    started = Server(tmp_path)
    yield started
    started.kill()


@pytest.mark.skipif(not (INSTALLED / "node_modules").exists(), reason="@jupyterlab/services is not in .cache/services")
def test_a_kernel_under_jupyterlabs_client_library(server):
    command = ["node", str(HERE / "client.mjs"), server.url, "t", "n.ipynb"]
    done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, timeout=300, env=os.environ | {"NODE_NO_WARNINGS": "1"})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["info"] == "kernelferry"
    assert told["executes"] == {"status": "ok", "count": 1, "shown": "hello\n42"}
    assert told["input"] == {"status": "ok", "count": 2, "shown": "'who? ada'"}
    assert told["interrupted"] == {"status": "error", "count": 3, "shown": "in\nKeyboardInterrupt"}
    assert told["comm"] == {"data": {"text": "é"}, "bytes": [1, 0, 255]}
    assert told["completion"] == ["sleep"]
    assert told["restarted"]["status"] == told["exited"]["status"] == told["exits"]["status"] == "ok"
    assert told["restarted"]["count"] == told["exited"]["count"] == 1
    assert told["restarted"]["shown"].endswith("False") and told["exited"]["shown"].endswith("False")
    assert told["lost"] == 0
