"""User code under Ferry beside the same under ipykernel, as CPU time of the kernel's main thread: loops over globals,
calls, numpy in place, copy.deepcopy; and what a cell costs after many others.

deepcopy pays for the audit hook (each id() raises an event): the price is stated in docs/limits.md and here.
"""

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
    for _ in range(40):
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
CELLS = 10_000
ROUNDS = 3


def run():
    found = {kernel: {what: [] for what in CODE} for kernel in ("ferry", "python3")}
    for _ in range(ROUNDS):
        for kernel, figures in found.items():
            with running(kernel, FERRY_SAVE="manual") as (timed, _):
                timed.run(SETUP)
                for what, (code, _) in CODE.items():
                    figures[what].append(timed.value(f"clock({code!r})"))
    rows = []
    for what, (_, target) in CODE.items():
        ours, theirs = min(found["ferry"][what]), min(found["python3"][what])
        rows.append((f"{what}: Ferry / ipykernel", ours / theirs, target, f"{ours * 1e3:.1f} ms beside {theirs * 1e3:.1f} ms"))
    return rows + many_cells()


def many_cells():
    """Lag and CPU per cell after 10,000 cells, and beside ipykernel."""
    with running("ferry") as (timed, _):
        timed.median("z=1", 50)
        empty = timed.median("z=1", 150, rest=0.005)
        for i in range(CELLS):
            timed.ask(f"v{i % 500} = {i}")
            timed.drain()
        late = timed.median("z=1", 150, rest=0.005)
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
        (f"lag of z=1 after {CELLS:,} cells, ms", (late - empty) * 1e3, "<= 0.5", f"{late * 1e3:.2f} ms, at first {empty * 1e3:.2f} ms"),
        ("CPU of a small cell: engine / ipykernel", cpu["ferry"] / cpu["python3"], "", f"{cpu['ferry'] * 1e3:.2f} ms beside {cpu['python3'] * 1e3:.2f} ms"),
    ]
