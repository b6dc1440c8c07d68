"""./dev stress soak: one notebook at work for a long time, and the memory of its relay and engine.

Cells of every kind follow each other in random order (seeded): changes of variables whose size stays the same, big
outputs, displays, errors, interrupts, saves, widgets' messages, completions. The state stays bounded, so memory must too.
Memory is what a process has for itself (USS). After the warm-up, the median of the first fifth is compared with that of
the last fifth; what grows by more than the bound of its process fails the run.

What grows for good reasons: the record of each cell (its source, what it touched) and IPython's history of inputs. Their
part is what BYTES_A_CELL allows.
"""

from __future__ import annotations

import datetime
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.client import Kernel, KernelGone

MB = 1 << 20
WARM_UP = 0.2              # of the whole time
EVERY = 2.0                # seconds between two measurements
RELAY_BOUND, ENGINE_BOUND = 4 * MB, 16 * MB
BYTES_A_CELL = 4096        # of the engine, for ever: record, history

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
REQUESTS = {"complete": 2, "inspect": 1, "comm": 1, "quiet": 2}  # between cells; quiet: time for idle work


@dataclass
class Growth:
    """Memory of one process after the warm-up, in bytes."""

    name: str
    start: float
    end: float
    bound: float
    cells: float  # that ran between the two

    @property
    def flat(self) -> bool:
        return self.end - self.start <= self.bound

    def __str__(self) -> str:
        each = (self.end - self.start) / max(self.cells, 1) / 1000
        return f"{self.name} {self.start / MB:.1f} MB at first, {self.end / MB:.1f} MB at last ({each:.1f} kB a cell; allowed {self.bound / MB:+.1f} MB)"


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
    """(what relay and engine used, how many cells ran)"""
    choose = random.Random(seed)
    kinds, weights = zip(*[(k, w) for k, (w, _) in CELLS.items()], *REQUESTS.items())
    with tempfile.TemporaryDirectory(prefix="ferry-soak-") as folder:
        home = Path(folder)
        kernel = Kernel(home / "store", home / "soak.ipynb", home)
        try:
            if (started := kernel.run(START, "cell-0")).status != "ok":
                raise AssertionError(started.error)
            relay, engine = kernel.processes()[:2]
            begun, samples, cells, due, told = time.monotonic(), [], 0, 0.0, 0
            while (now := time.monotonic() - begun) < seconds:
                kind = choose.choices(kinds, weights)[0]
                if kind in CELLS:
                    cells += 1
                    cell(kernel, kind, cells)
                else:
                    request(kernel, kind, cells)
                if now >= due:
                    due = now + EVERY
                    samples.append((now, cells, used(relay), used(engine)))
                if now >= told:
                    told += 30
                    print(f"{now:5.0f} s  {cells:6} cells  relay {samples[-1][2] / MB:6.1f} MB  engine {samples[-1][3] / MB:6.1f} MB", flush=True)
        finally:
            kernel.kill()
    kept = [s for s in samples if s[0] >= seconds * WARM_UP]
    part = max(1, len(kept) // 5)
    first, last = kept[:part], kept[-part:]

    def median(those, column):
        return statistics.median(s[column] for s in those)

    more = median(last, 1) - median(first, 1)
    return [Growth("relay", median(first, 2), median(last, 2), RELAY_BOUND, more),
            Growth("engine", median(first, 3), median(last, 3), ENGINE_BOUND + BYTES_A_CELL * more, more)], cells


def report(growths: list[Growth], cells: int, seconds: float, commit: str) -> str:
    """A part of docs/fidelity.md."""
    return "\n".join([
        "## soak", "",
        f"`./dev stress soak --seconds {seconds:.0f}` at {commit}, {datetime.date.today()}: {cells} cells, {len(CELLS)} kinds, among them big outputs, "
        f"saves, interrupts and errors. Memory that each process had for itself, after the warm-up: {'; '.join(map(str, growths))}. An engine grows with "
        "each cell, by its record and by what IPython keeps of it (input, compiled source, history).", "", ""])
