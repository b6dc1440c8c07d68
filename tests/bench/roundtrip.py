"""Empty execute round trip, and start to the first reply, beside ipykernel. Several starts of each, interleaved. And what the
relay adds: the same cells sent straight to the engine's own socket, in turns of ten with those that go through it. How much of that
the machine takes for two more hops, whatever is done at the hop, tells libzmq's own proxy between two processes.
"""

import contextlib
import copy
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
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


def in_turns(*ways):
    """Median seconds of each way, which is a function that takes one trip and says how long it took."""
    found = [[] for _ in ways]
    for _ in range(TURNS):
        for way, times in zip(ways, found):
            times += [way() for _ in range(10)]
    return [statistics.median(times) for times in found]


def relay_adds(timed):
    """Median seconds through the relay, and without it."""
    straight = without_relay(timed)
    return in_turns(lambda: timed.median("", 1), lambda: straight.median("", 1))


ECHO = """
import sys, zmq
socket = zmq.Context().socket(zmq.ROUTER)
socket.bind(sys.argv[1])
while True:
    socket.send_multipart(socket.recv_multipart())
"""
PROXY = """
import sys, zmq
context = zmq.Context()
front, back = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
front.bind(sys.argv[2])
back.connect(sys.argv[1])
zmq.proxy(front, back)
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def proxy_adds():
    """Median seconds of a message of seven frames to an echo and back, through libzmq's proxy and without it."""
    context = zmq.Context()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        places = [f"ipc://{folder}/echo", f"tcp://127.0.0.1:{free_port()}"]  # as those of an engine and of a front end
        for program in (ECHO, PROXY):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", program, *places]))
            stack.callback(process.kill)
        stack.callback(context.destroy, linger=0)

        def trips(place):
            dealer = context.socket(zmq.DEALER)
            dealer.connect(place)

            def trip():
                begun = time.perf_counter()
                dealer.send_multipart([b"x" * 100] * 7)
                dealer.recv_multipart()
                return time.perf_counter() - begun

            for _ in range(50):
                trip()
            return trip

        return in_turns(*map(trips, reversed(places)))


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
    proxied, alone = proxy_adds()
    return [
        ("empty execute round trip / ipykernel", trip["ferry"] / trip["python3"], "<= 0.3", f"{trip['ferry'] * 1e3:.2f} ms beside {trip['python3'] * 1e3:.2f} ms"),
        ("start to first reply / ipykernel", start["ferry"] / start["python3"], "<= 0.65", f"{start['ferry']:.2f} s beside {start['python3']:.2f} s"),
        ("what the relay adds, ms", (through - straight) * 1e3, "<= 0.15", f"{through * 1e3:.2f} ms beside {straight * 1e3:.2f} ms without it"),
        ("what libzmq's own proxy adds to an echo, ms", (proxied - alone) * 1e3, "", f"{proxied * 1e3:.2f} ms beside {alone * 1e3:.2f} ms without it"),
    ]
