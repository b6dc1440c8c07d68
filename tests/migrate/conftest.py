"""A notebook whose session moves, and a host to which it does."""

import os
import warnings

import pytest

from tests import processes
from tests.migrate import sshd
from tests.survival.conftest import Notebook


@pytest.fixture
def host(tmp_path):
    if reason := sshd.missing():
        warnings.warn(f"moves to another host are not tested: {reason}")
        pytest.skip(reason)
    found = sshd.Sshd(tmp_path / "h")
    yield found
    found.cut()
    processes.kill_with_store_in(tmp_path)


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
