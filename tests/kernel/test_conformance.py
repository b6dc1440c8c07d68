"""The protocol's own conformance tests (jupyter_kernel_test) against the kernel as front ends start it: relay and engine,
with a session under them."""

import os

import jupyter_kernel_test
import pytest


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


class TestKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "ferry"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('no')"
    code_clear_output = "from IPython.display import clear_output; clear_output()"
    code_inspect_sample = "zip"
    code_history_pattern = "1?2*"
    completion_samples = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples = ["1", "print('hello')", "def f(x):\n  return x*2\n\n"]
    incomplete_code_samples = ["print('''hello", "def f(x):\n  x*2"]
    invalid_code_samples = ["import = 7q"]
    code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"}]
    code_display_data = [{"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"},
                         {"code": "from IPython.display import Math, display; display(Math('\\\\frac{1}{2}'))",
                          "mime": "text/latex"}]
    supported_history_operations = ("tail", "range", "search")


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "ferry"
    support_iopub_welcome = True
