"""Session files with torch, which no other test installs: it weighs several gigabytes.

torch lives in an environment of its own below .cache, whose Python also finds what is installed beside Kernelferry: the
same kernel, but with torch. What a session file may have refused by name is only counted; what is promised must be equal.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sysconfig
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from tests.bench.rivals import CACHE, interpreter
from tests.client import KERNEL, Kernel
from tests.sessions import harness, session_file

FOLDER, NAME = "torch", "ferry-torch"
PACKAGES = ["torch==2.15.0"]
FILES = Path(__file__).with_name("tensors")


class TorchKernel(harness.FerryKernel):
    """The installed kernel, on a Python that finds torch."""

    def start(self, place: harness.Place) -> Kernel:
        return Kernel(place.home, place.notebook, place.work, NAME, FERRY_RESUME="never")


def environment() -> None:
    """Makes torch's environment and tells this process of its kernel."""
    python, shared = interpreter(FOLDER, PACKAGES), CACHE / FOLDER / "kernels"
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(CACHE / FOLDER), "platbase": str(CACHE / FOLDER)}))
    libraries.joinpath("kernelferry.pth").write_text(sysconfig.get_path("purelib") + "\n")
    spec = KernelSpecManager().get_kernel_spec(KERNEL).to_dict()
    spec["argv"][spec["argv"].index("--python") + 1] = python
    folder = shared / "kernels" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("kernel.json").write_text(json.dumps(spec))
    os.environ["JUPYTER_PATH"] = str(shared)


def version() -> str:
    return subprocess.run([interpreter(FOLDER, PACKAGES), "-c", "import torch; print(torch.__version__)"], check=True, capture_output=True, text=True).stdout.strip()


def sessions() -> list:
    return [dataclasses.replace(session, lost=session.lost or None) for session in session_file.read_all(FILES)]


def check(session, folder: Path) -> harness.Report:
    return harness.check(session, folder, every=True, runner=TorchKernel)
