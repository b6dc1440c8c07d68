"""Wake: from sending a request to the start of its cell, while a save runs.

Every cell changes all arrays, so that a whole save is due; the requests come spread evenly over the time that one takes.
The same requests to a kernel that does not save by itself say what of it is not the save's.
"""

import statistics
import time

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
SETTLE = 0.1  # seconds that a save waits for the next cell (kernel/session/saver.py)
TIMES = 60


def lateness(**environment):
    late = []
    with running("ferry", **environment) as (timed, _):
        timed.run(STATE)
        timed.run("_r = get_ipython().run_line_magic('checkpoint', '')", 600)
        timed.run(CHANGE.format(99))
        timed.run("_r = get_ipython().run_line_magic('checkpoint', '')", 600)
        whole = timed.value("_r.data['seconds']")
        for i in range(TIMES):
            timed.run(CHANGE.format(i))
            time.sleep(SETTLE + whole * (i + 0.5) / TIMES)  # meets every part of a save
            sent = time.time()
            timed.ask("import time; started = time.time()")
            late.append((timed.value("started") - sent) * 1e3)
            timed.drain()
    return sorted(late), whole


def run():
    (late, whole), (rest, _) = lateness(), lateness(FERRY_SAVE="manual")
    without = f"{statistics.median(rest):.1f} ms and {rest[int(TIMES * 0.95)]:.1f} ms where no save runs"
    return [
        ("wake while a save runs, ms, median", statistics.median(late), "<= 5", f"{TIMES} requests over a save of {whole:.2f} s; {without}"),
        ("wake while a save runs, ms, p95", late[int(TIMES * 0.95)], "<= 5", f"largest {late[-1]:.1f} ms"),
    ]
