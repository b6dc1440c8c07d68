"""What a move sends of small session files, beside the checkpoints of dill and ElasticKernel of the same sessions.

dill dumps the variables and nothing else, in a process that has run the cells as a program (in a kernel it would dump what
the shell holds, too, 12 KB at least); our variables are compared with that. ElasticKernel's checkpoint is taken in its own kernel,
as in `./dev stress rivals`, and knows the history of the session: our variables, which are the same names, are compared with that, and
what we send in all. A session that a rival does not save has no figure of it.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from tests.client import Kernel
from tests.migrate.sshd import Sshd
from tests.processes import kill_with_store_in
from tests.sessions import session_file
from tests.stress import rivals

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
        kill_with_store_in(host.folder)


def dill(cells, folder):
    ran = "\n".join(f"try: exec(compile({cell!r}, '<cell>', 'exec'), globals())\nexcept Exception: pass" for cell in cells)
    subprocess.run([interpreter(rivals.FOLDER, rivals.PACKAGES), "-c", f"{ran}\nimport dill\ndill.dump_module('dumped')"], cwd=folder, check=True,
                   capture_output=True)
    return (folder / "dumped").stat().st_size


def run():
    rivals.environment()
    rows, variables, names, everything = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        host = Sshd(Path(folder) / "h")
        try:
            for name in SMALL:
                session, place = session_file.read(FILES / f"{name}.py"), Path(folder) / name
                cells = [cell.source for cell in session.cells]
                (place / "elastic").mkdir(mode=0o700, parents=True)
                moved, dumped = ours(cells, host, place), dill(cells, place)
                sent, elastic = moved["bytes_variables"], rivals.run("elastic-kernel", session, place / "elastic").bytes
                variables.append((sent, dumped))
                if elastic:
                    names.append((sent, elastic))
                    everything.append((moved["bytes_moved"], elastic))
                kept = sum({e["component"]: e["bytes"] for e in moved["variables"].values() if e["way"] == "stored"}.values())
                rows.append((f"{name}: variables sent / dill", sent / dumped, "<= 1", f"{sent:.0f} beside {dumped}; {kept} in the store; "
                             f"{moved['bytes_moved']:.0f} sent in all beside {elastic or 'none'} of ElasticKernel"))
                if elastic:
                    rows.append((f"{name}: variables sent / ElasticKernel", sent / elastic, "<= 1", f"{sent:.0f} beside {elastic}"))
        finally:
            host.cut()
    sums = [("variables sent / dill, all sessions", variables), ("variables sent / ElasticKernel, all sessions that it saves", names),
            ("sent in all / ElasticKernel, all sessions that it saves", everything)]
    return [*((what, sum(ours for ours, _ in pairs) / sum(theirs for _, theirs in pairs), "<= 1",
               f"{sum(ours for ours, _ in pairs):.0f} beside {sum(theirs for _, theirs in pairs)}") for what, pairs in sums), *rows]
