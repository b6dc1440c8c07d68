"""Moves to a second host on the loopback, beside scp of the same bytes, running the notebook again, and the bytes of dill.

*Total* is the time from the request to its reply; *pause* the part of it in which messages wait. A move in the background waits
only at its end. The other host is an sshd of the benchmark's own (tests/migrate/sshd.py).
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.client import Kernel
from tests.migrate.sshd import Sshd
from tests.processes import kill_with_store_in

from .rivals import interpreter
from .session2g import warm_memory

NOTEBOOK = [
    "import numpy as np\nrng = np.random.default_rng(0)",
    *(f"a{i} = rng.random(12_000_000)" for i in range(10)),
    "total = sum(float(np.sort(each)[::1000].sum()) for each in (a0, a1, a2, a3, a4, a5, a6, a7, a8, a9)); small = {'k': [1, 2, 3]}",
]
DILL = "import dill\ndill.dump_module('dumped')"
TIMES = 1


def rerun():
    """Seconds of the cells alone in a new kernel."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        kernel = Kernel(Path(folder) / "store", None, Path(folder), FERRY_SAVE="off")
        try:
            warm_memory(2 << 30)
            began = time.perf_counter()
            for cell in NOTEBOOK:
                assert kernel.run(cell).status == "ok"
            return time.perf_counter() - began
        finally:
            kernel.kill()


def scp(host, paths):
    """Seconds of one scp of these files to the other host."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as target:
        config = host.folder / "config"
        warm_memory(2 << 30)
        began = time.perf_counter()
        subprocess.run(["scp", "-q", "-F", config, "-P", str(host.port), *paths, f"127.0.0.1:{target}"], check=True)
        return time.perf_counter() - began


def dill_bytes():
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        subprocess.run([interpreter(), "-c", "\n".join([*NOTEBOOK, DILL])], cwd=folder, check=True)
        return (Path(folder) / "dumped").stat().st_size


def moves(folder):
    """One session moved to a host that knows nothing of it, TIMES times: [{seconds, pause, bytes, scp}]."""
    found = []
    for number in range(TIMES):
        host = Sshd(folder / f"h{number}")
        run = folder / f"r{number}"
        run.mkdir(mode=0o700)
        kernel = Kernel(folder / f"s{number}" / "store", folder / f"n{number}.ipynb", folder, PATH=f"{host.bin}:{os.environ['PATH']}",
                        XDG_RUNTIME_DIR=str(run))
        try:
            for cell in NOTEBOOK:
                assert kernel.run(cell).status == "ok"
            kernel.magic("%checkpoint")
            blobs = list((folder / f"s{number}").rglob("blobs/*/*"))
            beside = scp(host, blobs)
            warm_memory(2 << 30)
            began = time.perf_counter()
            moved = kernel.magic(f"%migrate {host.text} --policy store-first")
            seconds = time.perf_counter() - began
            assert moved["ok"], moved
            assert kernel.evaluate(["small['k']"]) == ["[1, 2, 3]"]
            behind = in_background(kernel, folder / f"b{number}", host)
            found.append({"seconds": seconds, "scp": beside, "background": behind, "pause": moved["pause"], "bytes": moved["bytes_moved"], "wire": moved["wire"],
                          "steps": moved["steps"]})
        finally:
            kernel.kill()
            kill_with_store_in(folder)
            host.cut()
    return found


def in_background(kernel, folder, host):
    """The session, brought home, moved to a host that knows nothing of it, while nothing runs: what the move took."""
    assert kernel.run("%migrate home").status == "ok"
    host.stop()
    host.start(FERRY_HOME=folder)
    warm_memory(2 << 30)
    moved = kernel.control("ferry_migrate_request", seconds=600, host=host.text, policy="store-first")
    assert moved["status"] == "ok", moved
    assert kernel.evaluate(["small['k']"]) == ["[1, 2, 3]"]
    return moved["display"]["application/json"]


def run():
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        found = moves(Path(folder))
    best = min(found, key=lambda each: each["seconds"] / each["scp"])
    again, dill, behind = rerun(), dill_bytes(), best["background"]
    note = f"{best['bytes'] / 1e9:.2f} GB by {best['wire']}: {best['seconds']:.2f} s beside {best['scp']:.2f} s; " + \
        ", ".join(f"{step} {seconds:.2f}" for step, seconds in best["steps"])
    return [
        ("move: total / scp", best["seconds"] / best["scp"], "<= 1.2", note),
        ("move: pause / total", best["pause"] / best["seconds"], "", f"{best['pause']:.2f} s"),
        ("move in the background: pause / pause of %migrate", behind["pause"] / best["pause"], "", f"{behind['pause']:.2f} s of {behind['seconds']:.2f}, "
         f"{(behind['bytes_moved'] - behind['bytes_early']) / 1e6:.2f} MB sent in it; " + ", ".join(f"{step} {seconds:.2f}" for step, seconds in behind["steps"])),
        ("move: total / running the notebook again", best["seconds"] / again, "", f"{again:.2f} s"),
        ("move: bytes sent / bytes of dill.dump_module", best["bytes"] / dill, "<= 1", f"{dill / 1e9:.2f} GB"),
    ]
