"""What a move sends of small session files, beside dill.dump_module of the same cells.

The variables alone are compared, since dill keeps neither cells nor process state; what was sent in all is told beside. Files in
which a cell ends otherwise under dill, or that dill refuses, have nothing to be compared with and are not among them.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from tests.client import Kernel
from tests.migrate.sshd import Sshd
from tests.sessions import session_file

from .rivals import interpreter

FILES = Path(__file__).resolve().parents[1] / "sessions" / "files"
SMALL = ("case-01-class-registry", "case-11-state-of-a-local-module", "case-20-forest-grown-in-place", "case-23-pandas-copy-on-write",
         "class-abc-registers", "class-dataclass", "class-enum", "class-inheritance", "class-namedtuple", "closures-that-share",
         "custom-containers", "dataclass-variants", "identity-constants-of-code", "numpy-view", "pandas-frame-and-parts", "sklearn-pipeline")


def ours(cells, host, folder):
    """The account of a move to a host that knows nothing of the session."""
    kernel = Kernel(folder / "store", folder / "n.ipynb", folder, PATH=f"{host.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(folder))
    try:
        for cell in cells:
            kernel.run(cell)
        moved = kernel.magic(f"%migrate {host.text} --policy store-first --yes")
        assert moved["ok"], moved
        return moved
    finally:
        kernel.kill()


def dills(cells, folder):
    ran = "\n".join(f"try: exec(compile({cell!r}, '<cell>', 'exec'), globals())\nexcept Exception: pass" for cell in cells)
    subprocess.run([interpreter(), "-c", f"{ran}\nimport dill\ndill.dump_module('dumped')"], cwd=folder, check=True, capture_output=True)
    return (folder / "dumped").stat().st_size


def run():
    rows, sums = [], [0, 0]
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        host = Sshd(Path(folder) / "h")
        try:
            for name in SMALL:
                cells = [cell.source for cell in session_file.read(FILES / f"{name}.py").cells]
                place = Path(folder) / name
                place.mkdir(mode=0o700)
                moved, dill = ours(cells, host, place), dills(cells, place)
                kept = sum({e["component"]: e["bytes"] for e in moved["variables"].values() if e["way"] == "stored"}.values())
                sums = [sums[0] + moved["bytes_variables"], sums[1] + dill]
                rows.append((f"variables of {name}: sent / dill", moved["bytes_variables"] / dill, "<= 1",
                             f"{moved['bytes_variables']:.0f} beside {dill}; {kept} in the store; {moved['bytes_moved']:.0f} sent in all, with log, manifest and process state"))
        finally:
            host.cut()
    return [("variables of all of them: sent / dill", sums[0] / sums[1], "<= 1", f"{sums[0]:.0f} beside {sums[1]}"), *rows]
