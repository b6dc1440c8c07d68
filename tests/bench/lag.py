"""Lag: what a session costs between the request and the reply of `z=1`, beside large state it does not touch.

The same kernel answers `z=1` in an empty session and beside the state; the difference is the lag. A rest between cells
lets idle work run, so that a request also meets looks and saves under way. Where wall time is noise, CPU time tells: two
kernels, one of them with the state, take turns.
"""

from .kernels import running
from .usercode import grown

STATES = {
    "256 MB of arrays": "import numpy as np\na = [np.ones(2_097_152) for _ in range(16)]",
    "300,000 dicts": "d = [{'k': i, 'v': str(i)} for i in range(300_000)]",
    "a frame of 160 MB": "import numpy as np, pandas as pd\nf = pd.DataFrame({f'c{i}': np.random.default_rng(i).random(1_000_000) for i in range(20)})",
    "1000 cells": None,
}
TIMES = 150


def run():
    rows = []
    for title, code in STATES.items():
        with running("ferry") as (timed, _):
            timed.median("z=1", 50)
            empty = timed.median("z=1", TIMES, rest=0.005)
            if code:
                timed.run(code)
            else:
                for i in range(1000):
                    timed.run(f"v{i} = {i}")
            beside = timed.median("z=1", TIMES, rest=0.005)
            rows.append((f"lag of z=1 beside {title}, ms", (beside - empty) * 1e3, "<= 0.1", f"{beside * 1e3:.2f} ms, empty session {empty * 1e3:.2f} ms"))
    for title, code in STATES.items():
        if code:
            beside, empty = grown("ferry", lambda timed: timed.run(code))
            rows.append((f"CPU of z=1 beside {title}, more than in an empty session, ms", beside - empty, "<= 0.1", f"{beside:.2f} ms beside {empty:.2f} ms"))
    return rows
