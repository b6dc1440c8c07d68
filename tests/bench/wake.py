"""Wake: from sending a request to the start of its cell, while a save runs.

Every cell changes all arrays, so that a whole save is due; the requests come spread evenly over the time that one takes.
What a component's own pickling costs is told apart: it can be stopped between two objects, but not while the pickler's
table of what it has met grows or is given back. The same requests to a kernel that does not save by itself say what of
it is not the save's.
"""

import statistics
import time
from pathlib import Path

from .kernels import running

STATE = """
import numpy as np
arrays = [np.random.default_rng(i).random(4_000_000) for i in range(16)]
records = [[{'k': j, 'v': str(j)} for j in range(3000)] for _ in range(100)]
"""
CHANGE = """
for each in arrays: each[{0}] = {0}
records[{0}][0]['k'] = {0}
"""
WATCH = f"exec(open({str(Path(__file__).with_name('phases.py'))!r}).read(), {{'__name__': 'phases'}})"
SPANS = "__import__('kernelferry.session.saver', fromlist=['*']).spans"
SETTLE = 0.1  # seconds that a save waits for the next cell (kernel/session/pace.py)
TIMES = 60
ON_THE_WAY = 0.0005  # seconds from sending a request until the engine can see it


def lateness(**environment):
    """[(milliseconds, whether it came into a component's pickling)], and the seconds that a whole save takes."""
    late = []
    with running("ferry", **environment) as (timed, _):
        timed.run(STATE)
        timed.run(WATCH)
        timed.run("_r = get_ipython().run_line_magic('checkpoint', '')", 600)
        timed.run(CHANGE.format(99))
        timed.run("_r = get_ipython().run_line_magic('checkpoint', '')", 600)
        whole = timed.value("_r.data['seconds']")
        for i in range(TIMES):
            timed.value(f"{SPANS}.clear()")
            timed.run(CHANGE.format(i))
            time.sleep(SETTLE + whole * (i + 0.5) / TIMES)  # meets every part of a save
            sent = time.time()
            timed.ask("import time; started = time.time()")
            came = sent + ON_THE_WAY
            pickling = any(phase == "_encode" and begun <= came <= ended for phase, begun, ended in timed.value(SPANS))
            late.append(((timed.value("started") - sent) * 1e3, pickling))
            timed.drain()
    return sorted(late), whole


def p95(values):
    return values[int(len(values) * 0.95)]


def run():
    (late, whole), (rest, _) = lateness(), lateness(FERRY_SAVE="manual")
    rest = [ms for ms, _ in rest]
    beside, inside = [ms for ms, pickling in late if not pickling], [ms for ms, pickling in late if pickling]
    without = f"{statistics.median(rest):.1f} ms and {p95(rest):.1f} ms where no save runs"
    rows = [
        ("wake while a save runs, ms, median", statistics.median(beside), "<= 5",
         f"{len(beside)} of {TIMES} requests over a save of {whole:.2f} s, the others came into a pickling; {without}"),
        ("wake while a save runs, ms, p95", p95(beside), "<= 5", f"largest {beside[-1]:.1f} ms"),
    ]
    if inside:
        rows.append(("wake inside one component's pickling, ms, median", statistics.median(inside), "",
                     f"{len(inside)} requests, largest {inside[-1]:.1f} ms; a component of 300,000 dicts"))
    return rows
