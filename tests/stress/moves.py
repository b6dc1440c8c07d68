"""Moves of random programs between here and two hosts, under random faults: never lost, never doubled, always equal.

Each program runs beside a kernel that stays. Before each of its cells it moves somewhere, by one of the policies, and at a
random step of the move, some of which go on in the background, comes one of the faults of tests/migrate/test_faults.py, or none. After that the session lives in one
engine, its variables equal those of the kernel that stayed, and the list `ran` holds each cell once.

Beside that, some session files move by plans that are forced on them, as in tests/sessions/plans.py; and, as a part of its own, each moves at
one of its boundaries by the default policy and runs to its end there (`at_a_boundary`).
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import time
from pathlib import Path

import psutil

from tests.client import Kernel, KernelGone
from tests.migrate.sshd import Sshd
from tests.migrate.test_faults import STEPS, engines, hurt, pid_of
from tests.relay.conftest import wait_until
from tests.sessions import plans, programs
from tests.sessions.harness import Boundary, Place, Report, account_of, cell_id, compare, evaluate_holds, is_admitted, prepare

STAYS = ("(x for x in", "iter(")  # statements that make what cannot travel
ARRIVES = 90  # seconds


@dataclasses.dataclass
class Tally:
    moves: int = 0  # that arrived
    stayed: int = 0  # that ended with the session where it was, after a fault
    refused: dict[str, str] = dataclasses.field(default_factory=dict)  # where: what was said
    faults: dict[str, int] = dataclasses.field(default_factory=dict)
    equal: int = 0  # names compared
    failures: list[str] = dataclasses.field(default_factory=list)

    def compare(self, where: str, expected: dict, found: dict, admitted=()):
        for name, (fingerprint, opaque) in expected.items():
            if name in admitted or opaque:
                continue
            if found.get(name, [None])[0] != fingerprint:
                self.failures.append(f"{where}: {name} is {'different' if name in found else 'missing'}")
            self.equal += 1
        self.failures += [f"{where}: {name} is there and was not" for name in found.keys() - expected.keys() - set(admitted)]


class Desk:
    """Two hosts, and kernels that know both."""

    def __init__(self, folder: Path):
        self.folder, self.hosts = folder, [Sshd(folder / name) for name in ("a", "b")]
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "ssh").write_text("#!/bin/sh\nfor word; do case $word in\n" + "".join(
            f"  {host.port}) exec {host.bin}/ssh \"$@\" ;;\n" for host in self.hosts) + "esac; done\nexit 255\n")
        (self.bin / "ssh").chmod(0o755)

    def kernel(self, place: Place, **environment) -> Kernel:
        return Kernel(place.home, place.notebook, place.work, PATH=f"{self.bin}:{os.environ['PATH']}", FERRY_REHEARSE="never", **environment)

    def end(self):
        for host in self.hosts:
            host.cut()
        for process in psutil.process_iter(["environ"]):
            if (process.info["environ"] or {}).get("FERRY_HOME", "").startswith(str(self.folder)):
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    pass


def play(desk: Desk, seed: int, tally: Tally) -> None:
    """One program from its first cell to its last."""
    folder = desk.folder / f"p{seed}"
    folder.mkdir()
    session, draw = programs.session(seed), random.Random(seed)
    place, other = (Place(folder / name / "home", folder / name / "work", folder / name / "notebook.ipynb") for name in ("moves", "stays"))
    prepare(session, place), prepare(session, other)
    step = folder / "step"
    step.write_text("")
    kernel = desk.kernel(place, FERRY_MOVE_STOP=str(step), PYTHONHASHSEED="1")  # of both: sets have an order
    plain = Kernel(other.home, other.notebook, other.work, FERRY_SAVE="off", PYTHONHASHSEED="1")
    try:
        at = "home"
        for each in (kernel, plain):
            each.run("ran = []", cell_id(0))
        sid = kernel.control("ferry_status_request")["session"]
        for number, cell in enumerate(session.cells, 1):
            at = move(desk, kernel, sid, step, draw, at, f"program {seed}, before cell {number}", tally)
            for each in (kernel, plain):
                answer = each.run(f"ran.append({number})\n{cell.source}", cell_id(number))
                if answer.error.partition(":")[0] != cell.raises:
                    tally.failures.append(f"program {seed}, cell {number} ended with {answer.error or 'no error'}")
            tally.compare(f"program {seed}, after cell {number} on {at}", plain.fingerprints(), kernel.fingerprints())
            if kernel.evaluate([f"ran == list(range(1, {number + 1}))"]) != ["True"]:
                tally.failures.append(f"program {seed}: ran is {kernel.evaluate(['ran'])}")
    finally:
        kernel.kill()
        plain.kill()


def move(desk, kernel, sid, step, draw, at, where, tally) -> str:
    """One move with its fault; where the session is then."""
    target = draw.choice([place for place in ("home", *(host.text for host in desk.hosts)) if place != at])
    policy, harm = draw.choice(["cheapest", "store-first"]), draw.choice(["none", "none", "wire", "source", "target", "interrupt"])
    far = next((host for host in desk.hosts if host.text == target), None)
    if harm in ("wire", "target") and far is None:
        harm = "none"
    tally.faults[harm] = tally.faults.get(harm, 0) + 1
    kernel.magic("%checkpoint")  # a source that is killed brings back what was saved
    pid = pid_of(kernel)
    name = draw.choice(STEPS)
    if harm != "none":
        step.write_text(name)
    background = draw.random() < 0.4
    if background:
        asked = kernel.client.session.msg("ferry_migrate_request", {"v": 1, "host": target, "policy": policy})
        kernel.client.control_channel.send(asked)
    else:
        request = kernel.send(f"%migrate {target} --policy {policy}", store_history=False)
    if harm != "none":
        wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"{where}: never came to {name}")
        if harm == "interrupt":
            kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))
        else:
            hurt(harm, kernel, far, pid)
        step.write_text("")
        kernel.relay.send_signal(signal.SIGCONT)
    if background:
        answer = kernel._reply(kernel.client.get_control_msg, asked["header"]["msg_id"], time.monotonic() + ARRIVES)
        status, error = answer["status"], answer.get("what", "")
    else:
        moved = kernel.collect(request, ARRIVES)
        status, error = moved.status, moved.error
    kernel.run("", silent=True, seconds=ARRIVES)  # whoever serves now
    wait_until(lambda: engines(sid) == [pid_of(kernel)], f"{where}: {harm} at {name}: engines {engines(sid)}")  # one may be leaving
    if status == "ok":
        tally.moves += 1
        return target
    if harm == "none":
        tally.failures.append(f"{where}: {target} by {policy}: {error}")
    tally.stayed += 1
    return at


class Moved:
    """A kernel whose session comes back by moving, for harness.compare."""

    def __init__(self, kernel: Kernel, moved: dict):
        self.moved, self.evaluate, self.fingerprints = moved, kernel.evaluate, kernel.fingerprints

    def resume(self, label: str) -> dict:
        return self.moved


def at_a_boundary(session, folder: Path) -> Report:
    """A session file moved at one boundary by the default policy, and run to its end there: equal, or refused by name."""
    place = Place(*(folder / name for name in ("home", "work", "notebook.ipynb")))
    desk, report = Desk(folder), Report(session.name)
    prepare(session, place)
    number = random.Random(session.name).randint(1, len(session.cells))
    kernel = desk.kernel(place)
    try:
        for at, cell in enumerate(session.cells[:number], 1):
            answer = kernel.run(cell.source, cell_id(at))
        outcomes = evaluate_holds(session, kernel)  # what they say may change what they look at: first
        expected = kernel.fingerprints()
        boundary = Boundary(number, answer, expected, outcomes, account=account_of(session, kernel, expected))
        moved = kernel.magic(f"%migrate {desk.hosts[0].text}")
        if not moved["ok"]:
            report.admitted["%migrate"] = moved["error"]["what"].replace(desk.hosts[0].text, "the host")
            now = kernel.fingerprints()
            for name, (fingerprint, opaque) in list(expected.items()):
                if opaque or now.get(name, [None])[0] == fingerprint:
                    continue
                if f"{name} changed while the session was on its way" in report.admitted["%migrate"]:
                    expected[name] = fingerprint, "it changes by itself"
                else:
                    report.fail(number, f"{name} is different after a move that was refused")
            moved = kernel.magic(f"%migrate {desk.hosts[0].text} --force")
        admitted, _ = compare(dataclasses.replace(session, lost=None), boundary, Moved(kernel, moved), report, "")
        report.cheapest += "replayed" in report.ways
        if admitted:  # what was admitted may be what a cell or an expression needs
            return report
        report.ran_on = 1
        for at, cell in enumerate(session.cells[number:], number + 1):
            error = kernel.run(cell.source, cell_id(at)).error
            if error.partition(":")[0] != cell.raises:
                report.fail(number, f"cell {at} ended with {error or 'no error'} there")
        last = [hold for hold in session.holds if hold.after in (None, len(session.cells))]
        for hold, value in zip(last, kernel.evaluate([f"bool({hold.expression})" for hold in last])):
            if value != "True":
                report.fail(number, f"at the end not {hold.expression}")
        return report
    finally:
        kernel.kill()
        desk.end()


def by_plans(desk: Desk, session, tally: Tally) -> None:
    """A session file moved by each of its forced plans, and back: equal, or refused by name."""
    folder = desk.folder / f"s-{session.name}"
    place = Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    folder.mkdir()
    prepare(session, place)
    kernel = desk.kernel(place)
    try:
        for number, cell in enumerate(session.cells, 1):
            kernel.run(cell.source, cell_id(number))
        expected = kernel.fingerprints()
        for label in plans.ENDS:
            plans.mark(lambda words: kernel.magic(f"%session {words}"), label, list(expected))
            moved = kernel.magic(f"%migrate {desk.hosts[0].text}")
            if not moved["ok"]:
                tally.refused[f"{session.name}, {label}"] = moved["error"]["what"]
                tally.compare(f"{session.name}, {label}, refused", expected, kernel.fingerprints())
                continue
            tally.moves += 1
            admitted = [name for name, entry in moved["variables"].items() if is_admitted(entry)]
            tally.compare(f"{session.name}, {label}", expected, kernel.fingerprints(), admitted)
            home = kernel.run("%migrate home --policy store-first", store_history=False)
            if home.status != "ok" or admitted:
                tally.refused[f"{session.name}, {label}, back"] = home.error or f"admitted: {', '.join(admitted)}"
                return
    finally:
        kernel.kill()


def run(folder: Path, moves: int, planned: list, journal: Path) -> Tally:
    """Session files by forced plans, then random programs until so many of their moves have been tried.
    What became of each stands in the journal at once."""
    tally, desk, seed = Tally(), Desk(folder), 0
    try:
        for session in planned:
            guarded(tally, session.name, by_plans, desk, session, tally)
            journal.write_text(json.dumps(dataclasses.asdict(tally), indent=1))
        moves += tally.moves
        while tally.moves + tally.stayed < moves:
            if not any(stay in cell for cell in programs.Program(seed).cells for stay in STAYS):
                guarded(tally, f"program {seed}", play, desk, seed, tally)
                journal.write_text(json.dumps(dataclasses.asdict(tally), indent=1))
                print(f"{tally.moves} moved, {tally.stayed} stayed, {tally.equal} names equal", *tally.failures, sep="\n  ", flush=True)
            seed += 1
    finally:
        desk.end()
    return tally


def guarded(tally, name, work, *arguments) -> None:
    try:
        work(*arguments)
    except (KernelGone, AssertionError) as error:
        tally.failures.append(f"{name}: {error}")


def summary(tally: Tally, commit: str, date: str) -> str:
    """Its part of docs/fidelity.md."""
    faults = ", ".join(f"{count} {harm}" for harm, count in sorted(tally.faults.items()))
    return "\n".join([
        "## moves", "",
        f"`./dev stress moves` at {commit}, {date}: {tally.moves} moves arrived, {tally.stayed} ended with the session where it was (faults of the moves of "
        f"random programs: {faults}); {tally.equal} names compared with a session that stayed; failures: {'; '.join(tally.failures) or 'none'}.", "",
        "| session file, where or by which forced plan | what was refused |", "|---|---|",
        *(f"| {where} | {why.replace('|', '/')[:160]} |" for where, why in tally.refused.items()), ""])
