"""Brings a session back by plans that are forced on it: all replayed, and each half of its variables.

What a user marks with `%session recompute` is made again by its cells although it could be stored. So each plan must give
the session that was left, or refuse by name; a replay that reads what it did not read the first time would show here as a
variable that is promised and different.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.sessions.harness import Boundary, FerryKernel, KernelGone, Place, Report, account_of, bring_back, cell_id, evaluate_holds, prepare


def plans(names: list[str]) -> dict[str, list[str]]:
    """label -> the variables that are to be made again; the others are pinned."""
    return {"all-replayed": names, "even-replayed": names[::2], "odd-replayed": names[1::2]}


def check(session, folder: Path, runner=FerryKernel) -> Report:
    report = Report(session.name)
    session = dataclasses.replace(session, lost=None)  # any refusal is loud, and only counted
    place = Place(folder / "home", folder / "work", folder / "notebook.ipynb")
    try:
        prepare(session, place)
        kernel = runner(place)
        try:
            for number, cell in enumerate(session.cells, 1):
                answer = kernel.cell(cell.source, cell_id(number))
            names = sorted(kernel.fingerprints())
            for label, again in plans(names).items():
                for verb, chosen in (("recompute", again), ("pin", sorted(set(names) - set(again)))):
                    if chosen:
                        kernel.session(f"{verb} {' '.join(chosen)}")
                kernel.checkpoint(label)
            fingerprints = kernel.fingerprints()
            boundary = Boundary(len(session.cells), answer, fingerprints, evaluate_holds(session, kernel), folder / "work-after",
                                account_of(session, kernel, fingerprints))
            place.work.rename(boundary.work)
            kernel.suspend()
        finally:
            kernel.kill()
        place.work.mkdir()
        for label in plans(names):
            bring_back(session, [boundary], boundary, folder, report, runner, go_on=False, label=label)
    except (KernelGone, AssertionError) as error:
        report.failures.append(f"{session.name}: {error}")
    return report
