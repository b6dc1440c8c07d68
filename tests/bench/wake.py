"""Wake: from sending a request to the start of its cell, while a save runs."""

import statistics
import time

from .kernels import running

STATE = """
import numpy as np
arrays = [np.random.default_rng(i).random(4_000_000) for i in range(16)]
records = [[{'k': j, 'v': str(j)} for j in range(3000)] for _ in range(100)]
"""
TIMES = 60


def run():
    late = []
    with running("ferry") as (timed, _):
        timed.run(STATE)
        for i in range(TIMES):
            timed.run(f"arrays[{i % 16}][{i}] = {i}")  # something to save, always
            time.sleep(0.02 + 0.007 * (i % 10))  # meets looks, encoding and writing at different places
            sent = time.time()
            timed.ask("import time; started = time.time()")
            late.append(timed.value("started") - sent)
            timed.drain()
    late.sort()
    return [
        ("wake while a save runs, ms, median", statistics.median(late) * 1e3, "<= 5", f"{TIMES} requests"),
        ("wake while a save runs, ms, p95", late[int(len(late) * 0.95)] * 1e3, "<= 5", f"largest {late[-1] * 1e3:.1f} ms"),
    ]
