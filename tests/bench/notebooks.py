"""Three real notebooks from their first cell to their last, beside ipykernel: the demo of this project, and two of the corpus
(`tests/corpus`). Both kernels take turns; a person's pause lies between the cells, so that sessions are saved as they are
in use, and a cell meets the saving of the one before it.

What is compared is the time that the person waits, from sending a cell to its reply, over all cells, and the CPU time of the thread
that runs the cells within that time, which other work on the machine disturbs less. What the session costs in the
background is CPU time of all of a kernel's processes, from the first cell until some seconds after the last, less
that of ipykernel's.
"""

import statistics
import time

import psutil

from tests.corpus import fetch

from .change import main_thread_ns
from .kernels import running

DEMO = fetch.MANIFEST.parents[2] / "notebooks" / "demo.ipynb"
OTHERS = ("statsmodels/ols", "statsmodels/tsa_filters")
TURNS = 5
PAUSE, AFTER = 0.3, 3.0  # seconds


def notebooks():
    yield "demo", fetch.cells_of(DEMO.name, DEMO.read_text())
    entries = [e for e in fetch.entries(quick=False) if e["name"] in OTHERS]
    for session in fetch.sessions(entries):
        yield session.name, [cell.source for cell in session.cells]


def cpu(manager):
    """Seconds of CPU of the kernel's processes and of those that they have waited for."""
    kernel = psutil.Process(manager.provisioner.pid)
    return sum(sum(process.cpu_times()[:4]) for process in [kernel, *kernel.children(recursive=True)])


def once(kernel, cells):
    """(seconds waited, of them in the CPU, seconds of CPU in all)."""
    with running(kernel) as (timed, _):
        engine, all_begun = timed.value("__import__('os').getpid()"), cpu(timed.manager)
        waited = worked = 0
        for cell in cells:
            begun = main_thread_ns(engine)
            waited += timed.run(cell, 600)
            worked += main_thread_ns(engine) - begun
            time.sleep(PAUSE)
        time.sleep(AFTER)
        return waited, worked / 1e9, cpu(timed.manager) - all_begun


def run():
    rows, turns = [], {kernel: [[] for _ in range(TURNS)] for kernel in ("ferry", "python3")}
    for name, cells in notebooks():
        for turn in range(TURNS):
            for kernel in sorted(turns, reverse=turn % 2):
                turns[kernel][turn].append(once(kernel, cells))
        last = {kernel: [turn[-1] for turn in found] for kernel, found in turns.items()}
        rows += compared(name, last, "", "")
        ours, theirs = (statistics.median(all_cpu for *_, all_cpu in last[kernel]) for kernel in last)
        rows.append((f"{name}: CPU in the background, ms a cell", (ours - theirs) / len(cells) * 1e3, "", f"{len(cells)} cells"))
    sums = {kernel: [[sum(column) for column in zip(*turn)] for turn in found] for kernel, found in turns.items()}
    return [*rows, *compared("all three", sums, "<= 1.01", "")]


def compared(name, turns, *targets):
    """Rows of time waited and of CPU within it; `turns`: of ours and of theirs, the figures of each turn."""
    for what, column, target in zip(("time waited", "CPU of the cells"), (0, 1), targets):
        ours, theirs = ([turn[column] for turn in found] for found in turns.values())
        yield (f"{name}, {what}: Ferry / ipykernel", statistics.median(a / b for a, b in zip(ours, theirs)), target,
               f"{statistics.median(ours):.2f} s beside {statistics.median(theirs):.2f} s")
