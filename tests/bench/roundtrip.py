"""Empty execute round trip, and start to the first reply, beside ipykernel. Several starts of each, interleaved. And what the
relay adds: the same cells sent straight to the engine's own socket, in turns of ten with those that go through it.
"""

import copy
import json
import statistics
from pathlib import Path

import psutil
import zmq
from jupyter_client.session import Session

from .kernels import running

STARTS, CELLS, TURNS = 3, 300, 40


def without_relay(timed):
    """The same kernel, spoken to by the engine's own socket."""
    words = psutil.Process(timed.value("__import__('os').getpid()")).cmdline()
    info = json.loads(Path(words[words.index("-f") + 1]).read_text())
    straight = copy.copy(timed)
    straight.session = Session(key=info["key"].encode(), signature_scheme=info["signature_scheme"])
    straight.shell = timed.context.socket(zmq.DEALER)
    straight.shell.connect(f"ipc://{info['ip']}-{info['shell_port']}")
    return straight


def relay_adds(timed):
    """Median seconds through the relay, and without it."""
    ways = {timed: [], without_relay(timed): []}
    for _ in range(TURNS):
        for way, found in ways.items():
            found += [way.median("", 1) for _ in range(10)]
    return [statistics.median(times) for times in ways.values()]


def run():
    trips, starts, added = {"ferry": [], "python3": []}, {"ferry": [], "python3": []}, []
    for _ in range(STARTS):
        for kernel in trips:
            with running(kernel) as (timed, start):
                starts[kernel].append(start)
                timed.median("", 50)
                trips[kernel].append(timed.median("", CELLS))
                if kernel == "ferry":
                    added.append(relay_adds(timed))
    trip = {k: statistics.median(v) for k, v in trips.items()}
    start = {k: min(v) for k, v in starts.items()}
    through, straight = (statistics.median(times) for times in zip(*added))
    return [
        ("empty execute round trip / ipykernel", trip["ferry"] / trip["python3"], "<= 0.3", f"{trip['ferry'] * 1e3:.2f} ms beside {trip['python3'] * 1e3:.2f} ms"),
        ("start to first reply / ipykernel", start["ferry"] / start["python3"], "<= 0.65", f"{start['ferry']:.2f} s beside {start['python3']:.2f} s"),
        ("what the relay adds, ms", (through - straight) * 1e3, "<= 0.15", f"{through * 1e3:.2f} ms beside {straight * 1e3:.2f} ms without it"),
    ]
