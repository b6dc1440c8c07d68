"""What a kernel takes and passes on, beside ipykernel: memory at rest, ten thousand prints, 20 MB in one, 100 MB of output.

Memory is the proportional set size of the kernel's processes (pages that several share count by their parts), after the
first cell and a rest in which the session was saved.
"""

import re
import statistics
import time
from pathlib import Path

from .kernels import running

PRINTS = "for i in range(10_000): print(i)"
FLOOD = "block = 'x' * 99 + '\\n'\nfor _ in range(100): print(block * 10_000, end='')"
ONE = "print('x' * 20_000_000)"
ROUNDS = 3


def family(pid):
    """The process and all that descend from it; the engine of Ferry leaves the group but not the family."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in children for p in family(int(child)))]


def memory(pid):
    """Bytes."""
    return sum(int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{p}/smaps_rollup").read_text(), re.M)[1]) * 1024 for p in family(pid))


def until_all_came(timed, code, least):
    """Seconds until reply and `least` bytes of text have come."""
    timed.drain()
    begun, came = time.perf_counter(), 0
    timed.send(code)
    while came < least:
        if not timed.iopub.poll(60_000):
            raise RuntimeError(f"{came} of {least} bytes came")
        message = timed.session.deserialize(timed.session.feed_identities(timed.iopub.recv_multipart())[1])
        if message["msg_type"] == "stream":
            came += len(message["content"]["text"])
    timed.reply()
    return time.perf_counter() - begun


def run():
    found = {kernel: {"memory": [], "prints": [], "one": [], "flood": []} for kernel in ("ferry", "python3")}
    for _ in range(ROUNDS):
        for kernel, figures in found.items():
            with running(kernel) as (timed, _):
                timed.run("x = 1")
                time.sleep(2)
                figures["memory"].append(memory(timed.manager.provisioner.pid))
                figures["prints"].append(until_all_came(timed, PRINTS, 48_890))
                figures["one"].append(until_all_came(timed, ONE, 20_000_000))
                figures["flood"].append(until_all_came(timed, FLOOD, 100_000_000))
    ours, theirs = ({what: statistics.median(values) for what, values in figures.items()} for figures in found.values())
    return [
        ("memory at rest / ipykernel", ours["memory"] / theirs["memory"], "<= 1.1", f"{ours['memory'] / 1e6:.0f} MB beside {theirs['memory'] / 1e6:.0f} MB"),
        ("10,000 prints: speed / ipykernel", theirs["prints"] / ours["prints"], ">= 1", f"{ours['prints']:.3f} s beside {theirs['prints']:.3f} s"),
        ("20 MB in one print: speed / ipykernel", theirs["one"] / ours["one"], ">= 1", f"{ours['one']:.3f} s beside {theirs['one']:.3f} s"),
        ("100 MB of output: speed / ipykernel", theirs["flood"] / ours["flood"], ">= 1", f"{ours['flood']:.2f} s beside {theirs['flood']:.2f} s"),
    ]
