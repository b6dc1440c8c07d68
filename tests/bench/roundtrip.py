"""Empty execute round trip, and start to the first reply, beside ipykernel. Several starts of each, interleaved."""

import statistics

from .kernels import running

STARTS, CELLS = 3, 300


def run():
    trips, starts = {"ferry": [], "python3": []}, {"ferry": [], "python3": []}
    for _ in range(STARTS):
        for kernel in trips:
            with running(kernel) as (timed, start):
                starts[kernel].append(start)
                timed.median("", 50)
                trips[kernel].append(timed.median("", CELLS))
    trip = {k: statistics.median(v) for k, v in trips.items()}
    start = {k: min(v) for k, v in starts.items()}
    return [
        ("empty execute round trip / ipykernel", trip["ferry"] / trip["python3"], "<= 0.35", f"{trip['ferry'] * 1e3:.2f} ms beside {trip['python3'] * 1e3:.2f} ms"),
        ("start to first reply / ipykernel", start["ferry"] / start["python3"], "<= 0.8", f"{start['ferry']:.2f} s beside {start['python3']:.2f} s"),
    ]
