"""Runs a session once and brings every cell boundary of it back in a new kernel: does it come back the same?

A session is recorded in one kernel that nothing interrupts: after each cell its generation is kept under a label, and the
portable fingerprint of every name and the outcome of every expression are noted. Then, boundary by boundary, a new
kernel with a copy of the store resumes that label, and what it then holds is compared. At one boundary the remaining
cells are run as well, and what they print is compared.

Each name must be promised and equal, or admitted by name (`failed`, `lost`, or verified: false). Promised but different
is the one thing that must never happen. An admitted name that the session file does not list is a failure too, but of
another kind: it is loud. So is a kernel that is gone, a checkpoint or resume that says it cannot, and a cell that does not
end as it should before anything was saved.

`cheapest` brings that boundary back a second time, by the plan that a move makes to carry little (policies.py).

What comes out otherwise only in the cells that run on after a resume may be chance (a clock, an unseeded draw): the
session is then run again from its beginning, and what differs between two such runs is counted apart. So is a name that
differs by nothing but which tuples of plain values are one (canon.py).

The kernel is reached through a `runner`, so that the harness itself can be tested against one that lies.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.client import Answer, Kernel, KernelGone
from tests.sessions import canon, paranoid, policies
from tests.sessions.session_file import Session

CONTROLS = 2  # uninterrupted runs that a difference is held against


class Running(Protocol):
    """A kernel, as the harness needs it."""

    def cell(self, source: str, cell_id: str) -> Answer: ...
    def evaluate(self, expressions: list[str]) -> list[str]: ...
    def fingerprints(self) -> dict[str, tuple[str, str]]: ...
    def checkpoint(self, label: str) -> dict: ...
    def resume(self, label: str) -> dict: ...
    def session(self, words: str) -> dict: ...
    def suspend(self) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Place:
    """Folders of one kernel: its store, the folder it works in, and the notebook that its front end names."""

    home: Path
    work: Path
    notebook: Path


class FerryKernel:
    """The installed kernel, through its relay."""

    def __init__(self, place: Place):
        self.kernel = self.start(place)
        self.evaluate = self.kernel.evaluate
        self.fingerprints = self.kernel.fingerprints
        self.suspend = self.kernel.suspend
        self.kill = self.kernel.kill

    def start(self, place: Place) -> Kernel:
        """Resumed by name only: nothing may come back before the harness asks for it."""
        return Kernel(place.home, place.notebook, place.work, FERRY_RESUME="never")

    def cell(self, source: str, cell_id: str) -> Answer:
        return self.kernel.run(source, cell_id)

    def checkpoint(self, label: str) -> dict:
        return self.kernel.magic(f"%checkpoint {label}")

    def session(self, words: str) -> dict:
        return self.kernel.magic(f"%session {words}")

    def resume(self, label: str) -> dict:
        return self.kernel.magic(f"%resume {label}")


@dataclass
class Boundary:
    number: int  # cells that have run
    answer: Answer
    fingerprints: dict[str, tuple[str, str]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    work: Path | None = None  # the working folder as it was
    account: str = ""  # of canon.py
    without_constants: str = ""  # the last boundary's, without which tuples of plain values are one


@dataclass
class Report:
    """What became of one session. It passed if `failures` is empty."""

    session: str
    failures: list[str] = field(default_factory=list)
    boundaries: int = 0  # brought back, by whatever plan
    equal: int = 0  # names compared and equal, over all boundaries
    opaque: int = 0  # names promised whose fingerprint does not cover them; their expressions were compared
    ways: dict[str, int] = field(default_factory=dict)
    admitted: dict[str, str] = field(default_factory=dict)  # name -> what the report said
    varying: list[str] = field(default_factory=list)  # cells and names that come out otherwise in two uninterrupted runs
    constants: list[str] = field(default_factory=list)  # names that differ in nothing but which tuples of plain values are one
    claims: dict = field(default_factory=dict)  # what the record claims beside what changed: paranoid.Claims, as a dict
    loud: list[str] = field(default_factory=list)  # those of the failures that nobody can overlook
    cheapest: int = 0  # boundaries brought back by the cheapest plan
    ran_on: int = 0  # boundaries from which the remaining cells were run and compared

    def fail(self, boundary: int, what: str, loud: bool = False) -> None:
        text = f"{self.session}, after cell {boundary}: {what}"
        self.failures.append(text)
        if loud:
            self.loud.append(text)


@dataclass
class Difference:
    """What running on from a boundary gave otherwise than the uninterrupted run."""

    boundary: int
    where: int | str  # the number of a cell that answers differently, or a name at the end
    what: str
    held: str = ""  # the user was told that a library holds this name, or one of which the cell speaks, too, and that this does not come back
    constant: bool = False  # it is of nothing but which tuples of plain values are one


def check(session: Session, folder: Path, every: bool, runner=FerryKernel, cheapest=False) -> Report:
    """Records the session and brings boundaries back: every one, or the middle and the last."""
    report = Report(session.name)
    place = Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    try:
        wanted = range(1, len(session.cells) + 1) if every else sampled(len(session.cells))
        boundaries = record(session, place, report, runner, wanted)
        if report.failures:
            return report
        if runner is FerryKernel:
            report.claims = dataclasses.asdict(paranoid.compare(place.home))
        chosen = [boundaries[number - 1] for number in wanted]
        middle = chosen[(len(chosen) - 1) // 2]
        differences = []
        for boundary in chosen:
            differences += bring_back(session, boundaries, boundary, folder, report, runner, boundary is middle)
        if cheapest and (label := policies.plan_cheapest(place.home, f"b{middle.number}")):
            report.cheapest += 1
            differences += bring_back(session, boundaries, middle, folder, report, runner, True, label)
        judge(differences, session, boundaries, folder, report, runner)
    except (KernelGone, AssertionError) as error:
        report.fail(report.boundaries, str(error), loud=True)
    return report


def sampled(cells: int) -> list[int]:
    """The middle and the last of the boundaries of so many cells."""
    return sorted({(cells + 1) // 2, cells})


def cell_id(number: int) -> str:
    return f"cell-{number:04d}"


def save_labelled(kernel: Running, number: int) -> dict:
    return kernel.checkpoint(f"b{number}")


def record(session: Session, place: Place, report: Report, runner, wanted, save=save_labelled) -> list[Boundary]:
    """The uninterrupted run. A cell that does not end as the file says is a failure of the file.

    wanted: the boundaries that are to be brought back; of the others only what the cell answered is kept. A generation is saved after each cell, since a look tells which cell changed what.
    save: called after each cell instead of that; returns what a checkpoint does.
    """
    wanted = {*wanted, *(hold.after for hold in session.holds if hold.after)}
    prepare(session, place)
    kernel, boundaries = runner(place), []
    try:
        for number, cell in enumerate(session.cells, 1):
            answer = kernel.cell(cell.source, cell_id(number))
            raised = answer.error.partition(":")[0]
            if raised != cell.raises:
                report.fail(number, f"the cell itself ended with {answer.error or 'no error'}", loud=True)
            saved = save(kernel, number)
            if not saved["ok"]:
                report.fail(number, f"%checkpoint: {saved['error']}", loud=True)
            if number not in wanted:
                boundaries.append(Boundary(number, answer))
                continue
            fingerprints = kernel.fingerprints()  # what `holds` says may change what it looks at: d["x"] of a defaultdict
            outcomes = evaluate_holds(session, kernel)
            for hold, outcome in zip(session.holds, outcomes):
                if (hold.after or len(session.cells)) == number and outcome != "True":
                    report.fail(number, f"in the session itself: {hold.expression} is {outcome}", loud=True)
            work = place.work.with_name(f"work-{number}")
            shutil.copytree(place.work, work)
            boundaries.append(Boundary(number, answer, fingerprints, outcomes, work, account_of(session, kernel, fingerprints)))
        boundaries[-1].without_constants = account_of(session, kernel, boundaries[-1].fingerprints, constants=False)
        kernel.suspend()
    finally:
        kernel.kill()
    return boundaries


def account_of(session: Session, kernel: Running, names, constants: bool = True) -> str:
    """What canon.py says of these names; "" where the session does not ask for it."""
    if not session.canonical:
        return ""
    source = Path(canon.__file__).read_text()
    call = f"(lambda g: (exec({source!r}, g), g['canon'](g['ns'], {sorted(names)!r}, {constants}))[1])({{'ns': globals(), '__name__': 'canon'}})"
    text = kernel.evaluate([call])[0]
    if text.startswith("raised"):
        raise AssertionError(f"the account of the namespace: {text}")
    return ast.literal_eval(text)


def prepare(session: Session, place: Place) -> None:
    """The folders and the notebook of a session that is to be run."""
    place.home.mkdir(parents=True)
    if session.files:
        shutil.copytree(session.files, place.work)
    else:
        place.work.mkdir()
    write_notebook(session, place.notebook)


def evaluate_holds(session: Session, kernel: Running) -> list[str]:
    return kernel.evaluate([f"bool({hold.expression})" for hold in session.holds])


def write_notebook(session: Session, path: Path) -> None:
    cells = [
        {"cell_type": "code", "id": cell_id(i), "metadata": {}, "outputs": [], "execution_count": None, "source": c.source}
        for i, c in enumerate(session.cells, 1)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def bring_back(session, boundaries, boundary: Boundary, folder: Path, report: Report, runner, go_on: bool, label: str = "") -> list[Difference]:
    """Resumes one boundary in a new kernel and compares; go_on: then runs the remaining cells too, and returns what they
    gave otherwise. label: of its generation, if not that of the boundary.

    The working folder keeps its path, which sessions store, and gets the files that it had at the boundary.
    """
    copy = folder / f"home-{boundary.number}"
    copy_store(folder / "home", copy)
    shutil.rmtree(folder / "work")
    shutil.copytree(boundary.work, folder / "work")
    kernel = runner(Place(copy, folder / "work", folder / "notebook.ipynb"))
    try:
        admitted, held = compare(session, boundary, kernel, report, label or f"b{boundary.number}")
        if not go_on or admitted:  # any later cell may depend on what is not as it was, and the user was told so
            return []
        report.ran_on += 1
        differences = continue_session(session, boundaries, boundary, kernel)
        wanted = boundaries[-1]
        same = bool(differences and wanted.account) and account_of(session, kernel, wanted.fingerprints, constants=False) == wanted.without_constants
        return [dataclasses.replace(d, held=told_of(d, session, held), constant=same and isinstance(d.where, str)) for d in differences]
    finally:
        kernel.kill()
        shutil.rmtree(copy)


def told_of(difference: Difference, session: Session, held: dict[str, str]) -> str:
    """What the user was told of the name that differs, or of those that the cell speaks of."""
    where = difference.where
    names = {where} if isinstance(where, str) else set(re.findall(r"\w+", session.cells[where - 1].source))
    return "; ".join(f"{name} is also held by {by}" for name, by in held.items() if name in names)


def judge(differences: list[Difference], session: Session, boundaries: list[Boundary], folder: Path, report: Report, runner) -> None:
    """Fails the report for each difference that two uninterrupted runs do not show as well, and of which nothing was told."""
    report.constants += [d.where for d in differences if d.constant]
    differences = [d for d in differences if not d.constant]
    for attempt in range(CONTROLS):
        if not differences:
            return
        texts, fingerprints = run_plainly(session, folder, attempt, runner)
        before = {boundary.number: boundary.answer.text for boundary in boundaries}
        for difference in list(differences):
            where = difference.where
            if texts[where] != before[where] if isinstance(where, int) else fingerprints.get(where) != boundaries[-1].fingerprints[where]:
                report.varying.append(f"cell {where}" if isinstance(where, int) else where)
                differences.remove(difference)
    for difference in differences:
        if difference.held:
            report.admitted[f"{difference.where}"] = f"{difference.what}; {difference.held}"
        else:
            report.fail(difference.boundary, difference.what)


def run_plainly(session: Session, folder: Path, attempt: int, runner) -> tuple[dict, dict]:
    """The uninterrupted run again: {cell: what it printed}, and the fingerprints of its names."""
    shutil.rmtree(folder / "work")
    place = Place(folder / f"home-plain-{attempt}", folder / "work", folder / "notebook.ipynb")
    prepare(session, place)
    kernel = runner(place)
    try:
        texts = {number: kernel.cell(cell.source, cell_id(number)).text for number, cell in enumerate(session.cells, 1)}
        return texts, kernel.fingerprints()
    finally:
        kernel.kill()


def copy_store(source: Path, target: Path) -> None:
    """Blobs never change once written, so the copy shares them; everything else is copied."""

    def copy(a: str, b: str) -> None:
        os.link(a, b) if f"{os.sep}blobs{os.sep}" in a else shutil.copy2(a, b)

    shutil.copytree(source, target, copy_function=copy)


def is_admitted(entry: dict) -> bool:
    return entry["way"] in ("failed", "lost") or entry.get("verified") is False


def compare(session: Session, boundary: Boundary, kernel: Running, report: Report, label: str) -> tuple[dict[str, str], dict[str, str]]:
    """Compares a resumed kernel with the boundary; returns what was admitted, names and items of process state, and which
    names others hold, and who.
    """
    resumed = kernel.resume(label)
    report.boundaries += 1
    if not resumed["ok"]:
        report.fail(boundary.number, f"%resume: {resumed['error']}", loud=True)
        return {"%resume": str(resumed["error"])}, {}
    entries, process, found = resumed["variables"], resumed["process"], kernel.fingerprints()
    admitted = {
        name: f"{e['way']}, {e.get('reason') or e.get('code')}"
        for name, e in [*entries.items(), *process.items()]
        if is_admitted(e)
    }
    report.admitted |= admitted
    if session.lost is not None:
        for name in sorted(admitted.keys() - session.lost.keys()):
            report.fail(boundary.number, f"{name} was refused ({admitted[name]}), which the file does not expect", loud=True)
        for name, e in entries.items():
            if e.get("held_by") and name not in session.lost:
                report.fail(boundary.number, f"{name} is told not to be held again by {e['held_by']}, which the file does not expect", loud=True)
    for name, (fingerprint, opaque) in boundary.fingerprints.items():
        if name not in entries:
            report.fail(boundary.number, f"{name} is not in the report")
            continue
        way = entries[name]["way"]
        report.ways[way] = report.ways.get(way, 0) + 1
        if name in admitted:
            continue
        if name not in found:
            report.fail(boundary.number, f"{name} was reported {way} but is missing")
        elif opaque:
            report.opaque += 1
        elif found[name][0] != fingerprint:
            report.fail(boundary.number, f"{name} was reported {way} but is different")
        else:
            report.equal += 1
    for name in sorted(found.keys() - boundary.fingerprints.keys()):
        report.fail(boundary.number, f"{name} is there, but was not in the session")
    # State of a module is admitted as an item of the process; what an expression says through a module's name is then open.
    modules = {name for name, e in entries.items() if e.get("type") == "module"} if admitted.keys() & process.keys() else set()
    for hold, before, after in zip(session.holds, boundary.outcomes, evaluate_holds(session, kernel)):
        unshared = {name for name, e in entries.items() if e.get("code") == "unshared"} if " is " in hold.expression else set()
        if before != after and not hold.names & (admitted.keys() | modules | unshared):
            report.fail(boundary.number, f"{hold.expression} was {before} and is {after}")
    if session.canonical and not admitted:
        account = account_of(session, kernel, boundary.fingerprints)
        if account != boundary.account:
            lines = difflib.unified_diff(boundary.account.splitlines(), account.splitlines(), "left", "came back", lineterm="", n=0)
            report.fail(boundary.number, "\n".join(["the account of the namespace differs:", *list(lines)[:20]]))
    return admitted, {name: e["held_by"] for name, e in entries.items() if e.get("held_by")}


def continue_session(session, boundaries, boundary: Boundary, kernel: Running) -> list[Difference]:
    """Runs the cells after a boundary; how their outputs and, at the end, the names differ from the uninterrupted run."""
    found = []
    for reached in boundaries[boundary.number :]:
        answer = kernel.cell(session.cells[reached.number - 1].source, cell_id(reached.number))
        differs = answer.error != reached.answer.error or answer.text != reached.answer.text
        if differs and not session.output_varies:
            said = f"\n--- uninterrupted\n{reached.answer.text}--- resumed\n{answer.text}"
            found.append(Difference(boundary.number, reached.number, f"running on, cell {reached.number} answers differently:{said}"))
    names = kernel.fingerprints()
    for name, (fingerprint, opaque) in boundaries[-1].fingerprints.items():
        if name not in session.nondeterministic and not opaque and names.get(name, [None])[0] != fingerprint:
            found.append(Difference(boundary.number, name, f"running on to the end, {name} becomes different"))
    return found
