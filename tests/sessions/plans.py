"""Brings a session back by plans that are forced on it: all replayed, and each half of its variables.

What a user marks with `%session recompute` is made again by its cells although it could be stored, and what he pins is
stored. So each plan must give the session that was left, or refuse by name; a replay that reads what it did not read the
first time would show here as a variable that is promised and different. (All stored is what harness.py brings back.)

The plans are forced in the middle, from where the remaining cells are then run, and at the end. Up to the middle a generation is saved
after each cell, so it is known which of them changed what, and a plan may choose among them; behind it none is, so one
change stands for several cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from tests.sessions import harness
from tests.sessions.harness import FerryKernel, KernelGone, Place, Report

ENDS = ("all", "even", "odd")  # the plans at the end
MIDDLES = ("all", "even")  # and in the middle, after which everything may still go wrong


def mark(session: Callable[[str], dict], plan: str, names: list[str]) -> None:
    """Marks what this plan makes again, and pins the others. session: says `%session WORDS`."""
    names = sorted(names)
    again = {"all": names, "even": names[::2], "odd": names[1::2]}[plan]
    for verb, chosen in (("recompute", again), ("pin", sorted(set(names) - set(again)))):
        if chosen:
            session(f"{verb} {' '.join(chosen)}")


def force(kernel: harness.Running, number: int, plans: tuple[str, ...]) -> dict:
    """Keeps a generation for each plan; the last answer, or the first that is an error."""
    names = list(kernel.fingerprints())
    for plan in plans:
        mark(kernel.session, plan, names)
        saved = kernel.checkpoint(label_of(number, plan))
        if not saved["ok"]:
            break
    return saved


def label_of(number: int, plan: str) -> str:
    return f"b{number}-{plan}"


def check(session, folder: Path, runner=FerryKernel) -> Report:
    report = Report(session.name)
    session = dataclasses.replace(session, lost=None)  # any refusal is loud, and only counted
    place = Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    last = len(session.cells)
    middle = (last + 1) // 2
    plans = {middle: MIDDLES, last: ENDS}

    def save(kernel: harness.Running, number: int) -> dict:
        if number in plans:
            return force(kernel, number, plans[number])
        return kernel.checkpoint(f"b{number}") if number < middle else {"ok": True}

    try:
        boundaries = harness.record(session, place, report, runner, plans, save)
        for boundary in boundaries:  # each plan is forced by cells of its own, which a hook of the session may count
            boundary.fingerprints |= {name: (boundary.fingerprints[name][0], "it changes with every cell")
                                      for name in session.nondeterministic & boundary.fingerprints.keys()}
        differences = []
        for number in plans if not report.failures else ():
            for plan in plans[number]:
                differences += harness.bring_back(session, boundaries, boundaries[number - 1], folder, report, runner, number < last, label_of(number, plan))
        harness.judge(differences, session, boundaries, folder, report, runner)
    except (KernelGone, AssertionError) as error:
        report.fail(report.boundaries, str(error), loud=True)
    return report
