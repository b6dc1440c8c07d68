"""The protocol's own conformance tests (jupyter_kernel_test) against the kernel as front ends start it: relay and engine,
with a session under them."""

import os

import jupyter_kernel_test
import pytest

from tests.conformance import Python


@pytest.fixture(scope="module", autouse=True)
def own_folders(tmp_path_factory):
    """Nothing of the user's is read or written."""
    root = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("FERRY_", "JPY_"))]:
            patch.delenv(name)
        for name, folder in {"FERRY_HOME": "ferry", "IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "run"}.items():
            patch.setenv(name, str(root / folder))
        yield


class TestKernel(Python, jupyter_kernel_test.KernelTests):
    kernel_name = "ferry"


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "ferry"
    support_iopub_welcome = True
