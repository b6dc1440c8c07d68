"""A notebook of a test: kernels that are opened on it one after the other, in one store."""

import json

import pytest

from tests.client import Kernel


class Notebook:
    """One notebook file with its store; every kernel that was opened is ended with the test."""

    def __init__(self, folder):
        self.folder, self.home, self.path = folder, folder / "store", folder / "notebook.ipynb"
        self.kernels = []
        self.write("cell-0", "cell-1", "cell-2")

    def write(self, *ids):
        """The notebook as its front end saved it last."""
        cells = [{"cell_type": "code", "id": i, "metadata": {}, "source": "", "outputs": [], "execution_count": None} for i in ids]
        self.path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def open(self, named=True, **environment) -> Kernel:
        kernel = Kernel(self.home, self.path if named else None, self.folder, **environment)
        self.kernels.append(kernel)
        return kernel

    def session(self):
        """The folder of the one session in the store."""
        (folder,) = (self.home / "sessions").iterdir()
        return folder


@pytest.fixture
def notebook(tmp_path):
    notebook = Notebook(tmp_path)
    yield notebook
    for kernel in notebook.kernels:
        kernel.kill()
