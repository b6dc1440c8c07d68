"""User code under Ferry beside the same under ipykernel, as CPU time of the kernel's main thread: loops over globals,
calls, numpy in place, copy.deepcopy; and what a cell costs after many others.

The kernels live at the same time and take turns, with one seed of the hashes: where `i` and `call` lie in the table of the
namespace is a matter of the seed, and makes a loop over them up to a tenth slower or faster. A ratio is the median of
those of all turns, so that a fast moment of the machine is not taken for a fast kernel.

deepcopy pays for the audit hook (each id() raises an event, for which CPython builds its arguments once any hook is
there). What a hook costs that does nothing is measured in an ipykernel that has such a one.
"""

import statistics
from contextlib import ExitStack

from .change import main_thread_ns
from .kernels import running

SETUP = """
import copy, time
import numpy as np
n = 0
values = np.ones(1_000_000)
tree = [{"k": i, "v": [i, str(i)]} for i in range(2000)]
def call(x): return x + 1
def clock(code):
    code = compile(code, "<bench>", "exec")
    best = 1e9
    for _ in range(10):
        begun = time.thread_time()
        exec(code, globals())
        best = min(best, time.thread_time() - begun)
    return best
"""
CODE = {
    "loop over globals": ("for i in range(300_000): n = n + i", "<= 1.02"),
    "calls": ("for i in range(200_000): call(i)", "<= 1.02"),
    "numpy in place": ("for i in range(100): values += 1", "<= 1.02"),
    "deepcopy": ("copy.deepcopy(tree)", ""),
}
EMPTY_HOOK = """
import ctypes
ctypes.pythonapi.PySys_AddAuditHook(ctypes.pythonapi._Py_IsFinalizing, None)  # takes what it gets and returns 0
"""
KERNELS = {"ferry": ("ferry", ""), "ipykernel": ("python3", ""), "hooked": ("python3", EMPTY_HOOK)}
CELLS = 10_000
ROUNDS, TURNS = 8, 6
TIMES = 400


def run():
    found = {what: [] for what in CODE}  # of each turn, the best time in each kernel
    for seed in range(ROUNDS):
        with ExitStack() as alive:
            kernels = {}
            for name, (kernel, setup) in KERNELS.items():
                kernels[name], _ = alive.enter_context(running(kernel, FERRY_SAVE="manual", PYTHONHASHSEED=str(seed)))
                kernels[name].run(setup + SETUP)
            for turn in range(TURNS):
                order = sorted(kernels, reverse=turn % 2)
                for what, (code, _) in CODE.items():
                    found[what].append({name: kernels[name].value(f"clock({code!r})") for name in order})

    def row(what, title, one, other, target):
        ratio = statistics.median(best[one] / best[other] for best in found[what])
        ours, theirs = (statistics.median(best[name] for best in found[what]) * 1e3 for name in (one, other))
        return title, ratio, target, f"{ours:.1f} ms beside {theirs:.1f} ms"

    rows = [row(what, f"{what}: Ferry / ipykernel", "ferry", "ipykernel", target) for what, (_, target) in CODE.items()]
    rows.append(row("deepcopy", "deepcopy: the price of an audit hook that does nothing, ipykernel with / without", "hooked", "ipykernel", ""))
    rows.append(row("deepcopy", "deepcopy: Ferry / ipykernel with such a hook", "ferry", "hooked", "<= 1.02"))
    return rows + many_cells()


def many_cells():
    """CPU of a cell after 10,000 others beside that in a kernel that ran none, and beside ipykernel."""
    late, empty = grown("ferry", run_many)
    theirs, theirs_empty = grown("python3", run_many)
    cpu = {}
    for kernel in ("ferry", "python3"):
        with running(kernel) as (timed, _):
            timed.run("import time")
            before = timed.value("time.process_time()")
            for i in range(500):
                timed.ask(f"w = {i}")
                timed.drain()
            cpu[kernel] = (timed.value("time.process_time()") - before) / 500
    return [
        (f"CPU of z=1 after {CELLS:,} cells, more than in a new kernel, ms", late - empty, "<= 0.1",
         f"{late:.2f} ms beside {empty:.2f} ms, medians of {TIMES} cells in turn; ipykernel: {theirs:.2f} ms beside {theirs_empty:.2f} ms"),
        ("CPU of a small cell: engine / ipykernel", cpu["ferry"] / cpu["python3"], "", f"{cpu['ferry'] * 1e3:.2f} ms beside {cpu['python3'] * 1e3:.2f} ms"),
    ]


def run_many(timed):
    for i in range(CELLS):
        timed.ask(f"v{i % 500} = {i}")
        timed.drain()


def grown(kernel, grow):
    """Median milliseconds of CPU of a cell, to its reply and just after it, in a kernel that grow() has been to and in a new one, taken in turns."""
    with running(kernel) as (old, _), running(kernel) as (new, _):
        grow(old)
        pids = {timed: timed.value("__import__('os').getpid()") for timed in (old, new)}
        times = {old: [], new: []}
        for _ in range(TIMES):
            for timed, found in times.items():
                before = main_thread_ns(pids[timed])
                timed.median("z=1", 1, rest=0.005)
                found.append(main_thread_ns(pids[timed]) - before)
        return tuple(statistics.median(found) / 1e6 for found in times.values())
