"""Session files that need what no other test installs: torch, which weighs several gigabytes; pandas before its third
version, where copy-on-write is a choice; pyarrow.

Such libraries live in an environment of their own below .cache, whose Python also finds what is installed beside
Kernelferry: the same kernel, but with them. What a session file may have refused by name is only counted; what is promised
must be equal.
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


@dataclasses.dataclass(frozen=True)
class Apart:
    name: str  # of the environment, and of its kernel
    packages: list[str]
    files: Path
    tells: str  # the module whose version is told

    def prepare(self) -> None:
        """Makes the environment and tells this process of its kernel."""
        python, shared = interpreter(self.name, self.packages), CACHE / self.name / "kernels"
        libraries = Path(sysconfig.get_path("purelib", vars={"base": str(CACHE / self.name), "platbase": str(CACHE / self.name)}))
        libraries.joinpath("kernelferry.pth").write_text(sysconfig.get_path("purelib") + "\n")
        spec = KernelSpecManager().get_kernel_spec(KERNEL).to_dict()
        spec["argv"][spec["argv"].index("--python") + 1] = python
        folder = shared / "kernels" / f"ferry-{self.name}"
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath("kernel.json").write_text(json.dumps(spec))
        os.environ["JUPYTER_PATH"] = str(shared)

    def version(self) -> str:
        text = f"import {self.tells}; print('{self.tells}', {self.tells}.__version__)"
        return subprocess.run([interpreter(self.name, self.packages), "-c", text], check=True, capture_output=True, text=True).stdout.strip()

    def sessions(self) -> list:
        return [dataclasses.replace(session, lost=session.lost or None) for session in session_file.read_all(self.files)]

    def check(self, session, folder: Path) -> harness.Report:
        return harness.check(session, folder, every=True, runner=self.runner())

    def runner(self):
        name = f"ferry-{self.name}"

        class There(harness.FerryKernel):
            def start(self, place: harness.Place) -> Kernel:
                return Kernel(place.home, place.notebook, place.work, name, FERRY_RESUME="never")

        return There


HERE = Path(__file__).parent
TORCH = Apart("torch", ["torch==2.15.0"], HERE / "tensors", "torch")
OLDER = Apart("older", ["pandas==2.3.*", "pyarrow<27"], HERE / "older", "pandas")
