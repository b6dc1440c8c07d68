"""./dev stress kills: relay, engine, or both are killed at random instants of a notebook at work, again and again.

One session lives through all rounds. In each, cells are sent several at a time, each of which moves the whole state by one
step (tests/survival/counting.py); some time later a signal 9 comes. What was promised is held to:

- every request whose relay lives is answered exactly once, with exactly one idle status after it;
- no reply comes twice, whoever was killed;
- a session whose engine was killed while it came back is offered, not tried again; `%resume last` brings all of it;
- what a reply said is in the state afterwards; where the relay lives, at most one step more: that of the cell that ran.
"""

from __future__ import annotations

import datetime
import queue
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.client import Kernel, KernelGone
from tests.survival import counting

VICTIMS = ("engine", "relay", "both")
AHEAD = 4          # requests that are under way at a time
PATIENCE = 120


@dataclass
class Round:
    """What one life brought: replies and idle statuses by request."""

    sent: list[str] = field(default_factory=list)
    replies: dict[str, list[dict]] = field(default_factory=dict)
    idles: Counter = field(default_factory=Counter)

    def promised(self) -> int:
        return sum(reply["status"] == "ok" for replies in self.replies.values() for reply in replies)


def take(kernel: Kernel, seen: Round) -> bool:
    """Takes what has come; False if nothing had."""
    came = False
    for receive in (kernel.client.get_shell_msg, kernel.client.get_iopub_msg):
        try:
            while True:
                message = receive(timeout=0)
                came = True
                request = message["parent_header"].get("msg_id")
                if message["msg_type"] == "execute_reply":
                    seen.replies.setdefault(request, []).append(message["content"])
                elif message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    seen.idles[request] += 1
        except queue.Empty:
            pass
    return came


def play(kernel: Kernel, victim: str, seconds: float) -> Round:
    """Cells until the kill, and all answers that come after it."""
    seen, relay = Round(), kernel.relay
    engine = psutil.Process(int(kernel.evaluate(["__import__('os').getpid()"])[0]))  # no child of a relay that adopted it
    doomed = {"engine": [engine], "relay": [relay], "both": [relay, engine]}[victim]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(seen.sent) - len(seen.replies) < AHEAD:
            seen.sent.append(kernel.send(counting.STEP, "cell-1"))
        if not take(kernel, seen):
            time.sleep(0.001)
    for process in doomed:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    deadline = time.monotonic() + PATIENCE
    while victim == "engine" and not all(r in seen.replies and seen.idles[r] for r in seen.sent):
        if time.monotonic() > deadline:
            raise AssertionError(f"{len([r for r in seen.sent if r not in seen.replies])} of {len(seen.sent)} requests were never answered")
        if not take(kernel, seen):
            time.sleep(0.005)
    while victim != "engine" and take(kernel, seen):  # what had arrived
        time.sleep(0.1)
    return seen


def judge(seen: Round, victim: str) -> None:
    doubled = [r for r, replies in seen.replies.items() if len(replies) > 1] + [r for r in seen.sent if seen.idles[r] > 1]
    if doubled:
        raise AssertionError(f"{len(doubled)} requests were answered twice")
    statuses = Counter(reply["status"] for replies in seen.replies.values() for reply in replies)
    died = [reply for replies in seen.replies.values() for reply in replies if reply["status"] == "error"]
    if any(reply["ename"] != "EngineDied" for reply in died) or len(died) > 1 or (statuses["aborted"] and not died):
        raise AssertionError(f"answers: {statuses}, {died}")


def reopen(kernel: Kernel, victim: str, notebook: tuple) -> Kernel:
    """The kernel as its user has it next."""
    if victim == "engine":
        return kernel
    if victim == "relay":  # as a server does it that sees the kernel die
        kernel.relay.wait()
        kernel.restart(now=True)
        return kernel
    kernel.kill()
    return Kernel(*notebook)


def run(times: int, seed: int = 0) -> Counter:
    """How often each was killed. Raises AssertionError where something promised is missing or doubled."""
    choose, counts, began = random.Random(seed), Counter(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ferry-kills-") as folder:
        notebook = (Path(folder) / "store", counting.notebook(Path(folder)), Path(folder))
        kernel = Kernel(*notebook)
        try:
            if (started := kernel.run(counting.START.replace("20_000", "200_000"), "cell-0")).status != "ok":
                raise AssertionError(started.error)
            n = 0
            for number in range(times):
                victim, seconds = choose.choice(VICTIMS), choose.uniform(0.0, 1.0)
                where = f"round {number + 1} ({victim}, after {seconds:.2f} s)"
                try:
                    seen = play(kernel, victim, seconds)
                    judge(seen, victim)
                    kernel = reopen(kernel, victim, notebook)
                    later = kernel.run("n", "cell-1")
                    if later.error.startswith("EngineDied"):  # it was sent before the relay knew, and is answered all the same
                        later = kernel.run("n", "cell-1")
                    if "not tried again" in later.text:  # it was killed while the session came back: then the user is asked
                        counts["asked"] += 1
                        kernel.run("%resume last", "cell-1")
                        later = kernel.run("n", "cell-1")
                    shown = [text for kind, text in later.outputs if kind == "execute_result"]
                    if len(shown) != 1:
                        raise AssertionError(f"{later.error} {later.text}")
                    found = int(shown[0])
                    promised = n + seen.promised()
                    most = promised + 1 if victim == "engine" else n + len(seen.sent)  # a relay may take replies along
                    if not promised <= found <= most:
                        raise AssertionError(f"{promised} steps were promised and {found} are there")
                    if kernel.evaluate([counting.WHOLE]) != ["True"]:
                        raise AssertionError("the state is not whole")
                except (AssertionError, KernelGone) as error:
                    raise AssertionError(f"{where}: {type(error).__name__}: {error}") from error
                n = found
                counts[victim] += 1
                counts["cells"] += len(seen.sent)
                if (number + 1) % 10 == 0:
                    print(f"{time.monotonic() - began:5.0f} s  {number + 1} kills, {n} steps", flush=True)
        finally:
            kernel.kill()
    return counts


def report(counts: Counter, commit: str) -> str:
    """A part of docs/fidelity.md."""
    return "\n".join([
        "## kills", "",
        f"`./dev stress kills` at {commit}, {datetime.date.today()}: one session through {sum(counts[v] for v in VICTIMS)} kills at random instants under load "
        f"({', '.join(f'{v} {counts[v]}' for v in VICTIMS)}; {counts['cells']} cells; {counts['asked']} times the kill met a resume, and "
        f"`%resume last` finished it): no reply lost or doubled that was promised, every state whole.", "", ""])
