"""The protocol's own conformance tests (jupyter_kernel_test). iopub_welcome is the relay's."""
import jupyter_kernel_test

from tests.conformance import Python


class TestEngine(Python, jupyter_kernel_test.KernelTests):
    kernel_name = "ferry-engine"
