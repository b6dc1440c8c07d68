"""Change: what a save costs after one small change, beside a heavy session and beside a light one.

The cost is CPU time of the engine's main thread, from sending a cell that appends to a short list until the generation
after it stands in the store. The arrays are large enough, in both sessions, for their digests to be remembered
(docs/skipping.md); objects are walked anew each time.
"""

import statistics
import tempfile
import time
from pathlib import Path

from kernelferry import _ferry

from .kernels import running

ARRAYS = "import numpy as np\narrays = [np.random.default_rng(i).random({0}) for i in range(16)]\nsmall = []"
OBJECTS = "records = [{{'k': i, 'v': str(i)}} for i in range({0})]\nsmall = []"
TIMES = 9
PATIENCE = 120  # seconds; the machine may be busy


def main_thread_ns(pid):
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0])


def cost(state):
    """Median seconds of CPU of a save after one small change."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as home, running("ferry", FERRY_HOME=home) as (timed, _):
        timed.run(state)
        timed.run("_r = get_ipython().run_line_magic('checkpoint', '')", 600)
        pid = timed.value("__import__('os').getpid()")
        store = _ferry.Store.open(home)
        (session,) = [s["session"] for s in store.sessions()]
        reader, found = store.read(session), []
        for i in range(TIMES + 1):
            newest, begun = reader.generations()[0].generation, main_thread_ns(pid)
            timed.run(f"small.append({i})")
            end = time.monotonic() + PATIENCE
            while reader.generations()[0].generation == newest:
                if time.monotonic() > end:
                    raise RuntimeError("nothing was saved")
                time.sleep(0.02)
            found.append(main_thread_ns(pid) - begun)
        return statistics.median(found[1:]) / 1e9  # the first save comes after expressions, of which there is no record


def run():
    rows = []
    for title, state, heavy, light, target in (("1 GB of arrays / 10 MB", ARRAYS, 8_000_000, 80_000, "<= 1.5"),
                                               ("300,000 dicts / 3,000", OBJECTS, 300_000, 3_000, "")):
        much, little = cost(state.format(heavy)), cost(state.format(light))
        rows.append((f"save after a small change: {title}", much / little, target, f"{much * 1e3:.1f} ms of CPU beside {little * 1e3:.1f} ms"))
    return rows
