"""Kernels with a CRIU. Where this machine has none that works, the tests are skipped, and say so at the end of the run."""
import fcntl
import json
import os
import subprocess
from pathlib import Path

import kernelferry
import pytest

from tests.client import Kernel
from tests.relay.conftest import wait_until

PROGRAM = Path(kernelferry.__file__).parent / "bin/ferry-image"
OWN = Path(__file__).resolve().parents[2] / ".cache/criu/sbin/criu"


def call(*arguments):
    """ferry-image -> its JSON object."""
    ran = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def criu():
    path = os.environ.get("FERRY_CRIU") or (str(OWN) if OWN.exists() else "criu")
    probe = call("--criu", path, "probe")
    if probe["dump"] == "none" or not probe["restore"]:
        pytest.skip("NO SYSTEM IMAGES HERE: " + "; ".join(f["what"] for f in probe["findings"] if not f["good"]))
    return probe["criu"]


def held(lock):
    """Whether a process holds the lock of a session: a relay, an engine, or what takes an image of one."""
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class SlowCriu:
    """A program that takes no image while the file `wait` is there, and makes the file `begun` when it would."""

    def __init__(self, folder, criu):
        path, self.begun, self.wait = folder / "criu", folder / "begun", folder / "wait"
        self.environment = {"FERRY_CRIU": str(path), "FERRY_IMAGE_SECONDS": "600"}  # however long it waits, it is not cut
        path.write_text(f'#!/bin/sh\nif [ "$1" = dump ]; then touch {self.begun}; while [ -e {self.wait} ]; do sleep 0.1; done; fi\nexec {criu} "$@"\n')
        path.chmod(0o755)


class Desk:
    """One notebook, and the kernels that are opened on it one after another."""

    def __init__(self, root, criu):
        self.home, self.folder, self.criu = root / "home", root / "work", criu
        self.folder.mkdir(parents=True)
        self.notebook = self.folder / "notebook.ipynb"
        self.notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        self.kernels = []

    def open(self, **environment):
        self.kernels.append(Kernel(self.home, self.notebook, self.folder, **{"FERRY_CRIU": self.criu, **environment}))
        return self.kernels[-1]

    def open_elsewhere(self, folder):
        """A kernel without a notebook, in another folder and store: the uninterrupted run."""
        self.kernels.append(Kernel(folder / "home", None, folder, FERRY_CRIU="off"))
        return self.kernels[-1]

    def close(self, kernel):
        """As a person closes a notebook, and until nothing is left that works on its session. A front end interrupts first, and
        an interrupt that comes as a cell ends reaches the cell's child processes too: those of the tests ignore it."""
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel()  # kills a relay after five seconds, and what takes an image goes on
        wait_until(lambda: not held(self.session / "lock"), "something works on the session for ever")

    @property
    def session(self):
        return next((self.home / "sessions").iterdir())

    def images(self):
        return sorted(p.name for p in self.session.iterdir() if p.name.startswith("image-"))


@pytest.fixture
def desk(tmp_path, criu):
    desk = Desk(tmp_path, criu)
    yield desk
    for kernel in desk.kernels:
        kernel.kill()


def ok(kernel, source):
    answer = kernel.run(source)
    assert answer.status == "ok", answer.error
    return answer
