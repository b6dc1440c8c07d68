"""What a move sends of small session files, beside the checkpoints of dill and ElasticKernel of the same sessions.

The variables alone are compared, since dill keeps neither cells nor process state; what was sent in all is told beside. The
rivals run as in `./dev stress rivals`, each in a kernel of its own; a session that one of them does not save has no figure of it.
"""

import os
import tempfile
from pathlib import Path

from tests.client import Kernel
from tests.migrate.sshd import Sshd
from tests.sessions import session_file
from tests.stress import rivals

RIVALS = ("dill", "elastic-kernel")
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


def run():
    rivals.environment()
    rows, sums = [], {}
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        host = Sshd(Path(folder) / "h")
        try:
            for name in SMALL:
                session, place = session_file.read(FILES / f"{name}.py"), Path(folder) / name
                place.mkdir(mode=0o700)
                moved = ours([cell.source for cell in session.cells], host, place)
                sent, found = moved["bytes_variables"], {}
                for rival in RIVALS:
                    (place / rival).mkdir()
                    if size := rivals.run(rival, session, place / rival).bytes:
                        found[rival] = size
                        sums[rival] = [total + more for total, more in zip(sums.get(rival, [0, 0]), (sent, size))]
                kept = sum({e["component"]: e["bytes"] for e in moved["variables"].values() if e["way"] == "stored"}.values())
                rows.append((f"variables of {name}: sent / the smaller of the rivals", sent / min(found.values()), "<= 1", f"{sent:.0f} beside "
                             + ", ".join(f"{size} ({rival})" for rival, size in found.items()) +
                             f"; {kept} in the store; {moved['bytes_moved']:.0f} sent in all, with log, manifest and process state"))
        finally:
            host.cut()
    return [*((f"variables of all of them: sent / {rival}", ours / its, "<= 1", f"{ours:.0f} beside {its}") for rival, (ours, its) in sums.items()), *rows]
