"""./dev stress soak: one notebook at work for a long time, and the memory of its relay and engine.

Cells of every kind follow each other in random order (seeded): changes of variables whose size stays the same, big
outputs, displays, errors, interrupts, saves, widgets' messages, completions. The state stays bounded, so memory must too.
Memory is what a process has for itself (USS). After the warm-up, the median of the first fifth is compared with that of
the last fifth; what grows by more than the bound of its process fails the run.

What IPython keeps of each cell (input, compiled source, history) grows for ever, and the arenas of big objects settle
late. So an ipykernel gets the same cells in turn with ours, all but our own magics, and the engine may grow by what it
grew by, and by GRAPH for each cell: the part of the record that plans are made from. IPython also keeps all that was ever
printed or raised, which our engine does not (kernel/engine/kernel.py); that is taken from the ipykernel as well.
"""

from __future__ import annotations

import datetime
import math
import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.client import Kernel, KernelGone

MB = 1 << 20
WARM_UP = 0.2              # of the whole time
EVERY = 2.0                # seconds between two measurements
RELAY_BOUND, ENGINE_BOUND = 4 * MB, 4 * MB
GRAPH = 1024               # bytes a cell

START = """
import numpy as np, random as rnd
from IPython.display import display, HTML
numbers, words, ring = np.zeros(250_000), {}, [None] * 50
class Box:
    def __init__(self, value): self.value = value
def step(n):
    numbers[n % len(numbers)] += 1
    words[n % 200] = 'word %d' % n
    ring[n % 50] = [n, Box(n)]
"""

CELLS = {  # kind -> (weight, source); {n}: the number of the cell
    "step": (10, "step({n})"),
    "result": (6, "ring[{n} % 50][0] if ring[{n} % 50] else None"),
    "large": (2, "numbers = np.random.default_rng({n}).random(250_000); float(numbers.sum())"),
    "print": (3, "for i in range(2000): print('line', i, 'of cell', {n})"),
    "output": (1, "print('x' * 3_000_000)"),
    "display": (2, "display(HTML('<b>%d</b>' % {n})); display({{'a': {n}}})"),
    "error": (2, "def fail(): raise ValueError({n})\nfail()"),
    "class": (1, "class Box:\n    def __init__(self, value): self.value = (value, {n})\nring[{n} % 50] = [{n}, Box({n})]"),
    "delete": (1, "temporary = list(range(10_000)); del temporary"),
    "await": (1, "import asyncio; await asyncio.sleep(0.01)"),
    "thread": (1, "import threading; t = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join(); del t"),
    "child": (0.3, "import subprocess; subprocess.run(['echo', 'child']).returncode"),
    "checkpoint": (1, "%checkpoint"),
    "status": (0.5, "%session"),
    "interrupt": (0.5, "print('asleep', flush=True); import time; time.sleep(600)"),
}
OURS = ("checkpoint", "status")  # magics that ipykernel does not have
LEAN = """
def _lean(*_):
    manager = get_ipython().history_manager
    for kept in ("outputs", "exceptions"):
        getattr(manager, kept, {}).clear()
get_ipython().events.register("post_run_cell", _lean)
"""
REQUESTS = {"complete": 2, "inspect": 1, "comm": 1, "quiet": 2}  # between cells; quiet: time for idle work


@dataclass
class Growth:
    """Memory of one process after the warm-up, in bytes."""

    name: str
    start: float
    end: float
    cells: float  # that ran between the two
    bound: float = math.inf

    @property
    def more(self) -> float:
        return self.end - self.start

    @property
    def flat(self) -> bool:
        return self.more <= self.bound

    def __str__(self) -> str:
        allowed = "" if math.isinf(self.bound) else f"; allowed {self.bound / MB:+.1f} MB"
        each = self.more / max(self.cells, 1) / 1000
        return f"{self.name} {self.start / MB:.1f} MB at first, {self.end / MB:.1f} MB at last ({self.more / MB:+.1f} MB, {each:.1f} kB a cell{allowed})"


def used(process: psutil.Process) -> int:
    return process.memory_full_info().uss


def request(kernel: Kernel, kind: str, n: int) -> None:
    client = kernel.client
    if kind == "complete":
        client.complete("numbers.su", reply=True, timeout=60)
    elif kind == "inspect":
        client.inspect("numbers", reply=True, timeout=60)
    elif kind == "comm":
        for name, content in (("comm_open", {"target_name": "nobody"}), ("comm_close", {})):
            client.shell_channel.send(client.session.msg(name, {"comm_id": f"comm-{n}", "data": {}} | content))
    else:
        time.sleep(0.5)


def cell(kernel: Kernel, kind: str, n: int) -> None:
    sent = kernel.send(CELLS[kind][1].format(n=n), f"cell-{n % 40}")
    if kind == "interrupt":
        kernel.wait_for_output(sent, "asleep")
        kernel.control("interrupt_request")
    try:
        answer = kernel.collect(sent, 120)
    except KernelGone as gone:
        raise AssertionError(f"cell {n} ({kind}): {gone}") from None
    expected = "error" if kind in ("error", "interrupt") else "ok"
    if answer.status != expected:
        raise AssertionError(f"cell {n} ({kind}): {answer.status} {answer.error} {answer.text[-2000:]}")


def run(seconds: float, seed: int = 0) -> tuple[list[Growth], int]:
    """(what relay, engine and ipykernel used, how many cells ran in each kernel)"""
    choose = random.Random(seed)
    kinds, weights = zip(*[(k, w) for k, (w, _) in CELLS.items()], *REQUESTS.items())
    with tempfile.TemporaryDirectory(prefix="ferry-soak-") as folder, ExitStack() as alive:
        home = Path(folder)

        def started(kernel: str, *sources: str) -> Kernel:
            (home / kernel).mkdir()
            new = Kernel(home / kernel / "store", home / kernel / "soak.ipynb", home / kernel, kernel=kernel)
            alive.callback(new.kill)
            for source in sources:
                if (answer := new.run(source, "cell-0")).status != "ok":
                    raise AssertionError(answer.error)
            return new

        ours, theirs = started("ferry", START), started("python3", LEAN, START)
        processes = {"relay": ours.processes()[0], "engine": ours.processes()[1], "ipykernel": theirs.relay}
        begun, samples, cells, due, told = time.monotonic(), [], 0, 0.0, 0
        while (now := time.monotonic() - begun) < seconds:
            kind = choose.choices(kinds, weights)[0]
            cells += kind in CELLS
            for kernel in (ours, theirs):
                if kind in REQUESTS:
                    request(kernel, kind, cells)
                elif kernel is ours or kind not in OURS:
                    cell(kernel, kind, cells)
            if now >= due:
                due = now + EVERY
                samples.append({"time": now, "cells": cells} | {name: used(process) for name, process in processes.items()})
            if now >= told:
                told += 30
                print(f"{now:5.0f} s  {cells:6} cells" + "".join(f"  {name} {samples[-1][name] / MB:6.1f} MB" for name in processes), flush=True)
    kept = [s for s in samples if s["time"] >= seconds * WARM_UP]
    part = max(1, len(kept) // 5)

    def median(those, column):
        return statistics.median(s[column] for s in those)

    first, last = ({column: median(those, column) for column in kept[0]} for those in (kept[:part], kept[-part:]))
    more = last["cells"] - first["cells"]
    relay, engine, ipykernel = (Growth(name, first[name], last[name], more) for name in processes)
    relay.bound = RELAY_BOUND
    engine.bound = max(0, ipykernel.more) + ENGINE_BOUND + GRAPH * more
    return [relay, engine, ipykernel], cells


def report(growths: list[Growth], cells: int, seconds: float, commit: str) -> str:
    """A part of docs/fidelity.md."""
    return "\n".join([
        "## soak", "",
        f"`./dev stress soak --seconds {seconds:.0f}` at {commit}, {datetime.date.today()}: {cells} cells, {len(CELLS)} kinds, among them big outputs, "
        f"saves, interrupts and errors; an ipykernel ran the same in turn. Memory that each process had for itself, after the warm-up: "
        f"{'; '.join(map(str, growths))}. Both grow with each cell by what IPython keeps of it (input, compiled source, history); of outputs and errors, "
        "which IPython keeps whole, the ipykernel was freed.", "", ""])
