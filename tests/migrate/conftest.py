"""A notebook whose session moves, and a host to which it does."""

import os
import warnings

import psutil
import pytest

from tests.migrate import sshd
from tests.processes import kill
from tests.survival.conftest import Notebook


@pytest.fixture
def host(tmp_path):
    if reason := sshd.missing():
        warnings.warn(f"moves to another host are not tested: {reason}")
        pytest.skip(reason)
    before = {process.pid for process in psutil.process_iter()}
    found = sshd.Sshd(tmp_path / "h")
    yield found
    found.cut()
    for process in psutil.process_iter(["pid", "environ"]):  # engines that outlived the wire, as they should
        if process.pid not in before and (process.info["environ"] or {}).get("FERRY_HOME", "").startswith(str(tmp_path)):
            kill(process)


@pytest.fixture
def notebook(tmp_path, host):
    """Its kernels find the ssh that knows the host."""
    notebook = Notebook(tmp_path)
    plain = notebook.open
    run = tmp_path / "r"
    run.mkdir(mode=0o700)
    notebook.open = lambda **environment: plain(PATH=f"{host.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(run), **environment)
    yield notebook
    for kernel in notebook.kernels:
        kernel.kill()
