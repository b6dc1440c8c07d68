"""A kernel with a notebook, one for all tests of a file."""

import pytest

from tests.client import Kernel


def opened(folder):
    kernel = Kernel(folder / "store", folder / "n.ipynb", folder)
    yield kernel
    kernel.kill()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("kernel"))
