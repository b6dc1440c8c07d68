"""One verdict a session, kept whatever the commit, for runs that take hours: what they share.

    equal      every name came back as it was, and so did what the remaining cells made of it, in all on which plain runs agree
    refused    something did not, and the report named each
    different  a name was promised and is not what it was: the one verdict that must not occur
    failed     no verdict: the session itself did not run, the kernel did not answer, or the resume said that it could not

A file of verdicts holds one line a session, with the commit at which it was run; it is written after each, so a run goes on
where the last one stopped. A session without a line is run, and one whose definition has changed since.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.sessions import harness

VERDICTS = ("equal", "refused", "different", "failed")
OLDER = "older"
TOLD = 160  # characters of each reason that are kept


@dataclass
class Verdict:
    session: str
    verdict: str
    commit: str = ""
    entry: str = ""  # digest of the session's definition
    boundaries: int = 0
    cheapest: int = 0  # of the boundaries, by the cheapest plan
    ran_on: int = 0
    equal: int = 0  # names, over all boundaries
    opaque: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)  # what the report says -> names
    failures: list[str] = field(default_factory=list)
    varying: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)


def of(check: Callable, session, *arguments, **options) -> Verdict:
    """The verdict on what this check of the harness reports of a session."""
    try:
        return judged(check(session, *arguments, **options))
    except Exception as error:  # a long run outlives what goes wrong with one session
        return Verdict(session.name, "failed", failures=[f"{session.name}: {type(error).__name__}: {error}"[:4 * TOLD]])


def judged(report: harness.Report) -> Verdict:
    refused: dict[str, list[str]] = {}
    for name, why in sorted(report.admitted.items()):
        refused.setdefault(why[:TOLD], []).append(name)
    silent = [failure for failure in report.failures if failure not in report.loud]
    verdict = "different" if silent else "failed" if report.loud else "refused" if refused else "equal"
    return Verdict(report.session, verdict, boundaries=report.boundaries, cheapest=report.cheapest, ran_on=report.ran_on, equal=report.equal,
                   opaque=report.opaque, ways=dict(sorted(report.ways.items())), refused=refused,
                   failures=[failure[:4 * TOLD] for failure in report.failures], varying=report.varying, constants=report.constants)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Results:
    """A file of verdicts. digests: session -> digest of all that defines it, for the sessions there are now."""

    def __init__(self, path: Path, digests: Callable[[], dict[str, str]]):
        self.path, self.digests = path, digests
        lines = path.read_text().splitlines() if path.exists() else []
        self.verdicts = {v.session: v for v in (Verdict(**json.loads(line)) for line in lines)}

    def valid(self) -> list[Verdict]:
        """Those of sessions that are as they were."""
        now = self.digests()
        return [v for v in self.verdicts.values() if now.get(v.session) == v.entry]

    def left(self, sessions: list, anew: str | None = None, commit: str = "") -> list:
        """The sessions that have no valid verdict, and those whose name contains `anew` or whose verdict it is; with "older" those that were not
        run at this commit."""
        again = {None: lambda v: False, OLDER: lambda v: v.commit != commit}.get(anew, lambda v: anew in v.session or anew == v.verdict)
        done = {v.session for v in self.valid() if not again(v)}
        return [session for session in sessions if session.name not in done]

    def add(self, verdict: Verdict, commit: str) -> None:
        verdict.commit, verdict.entry = commit, self.digests()[verdict.session]
        self.verdicts[verdict.session] = verdict
        text = "".join(json.dumps(dataclasses.asdict(v)) + "\n" for _, v in sorted(self.verdicts.items()))
        partial = self.path.with_suffix(".tmp")
        partial.write_text(text)
        os.replace(partial, self.path)


def page(name: str, results: Results, total: int, group: Callable[[str], str] | None = None) -> str:
    """The part of docs/fidelity.md that `./dev stress NAME` writes. group: of a session's name, a row in which it is counted."""
    found = sorted(results.valid(), key=lambda v: v.session)
    commits = Counter(v.commit for v in found)
    ways = sum((Counter(v.ways) for v in found), Counter())
    groups = sorted({group(v.session) for v in found}) if group else []
    run_on = [f"{cheapest} of them by the cheapest plan" for cheapest in [sum(v.cheapest for v in found)] if cheapest]
    run_on += [f"from {ran} the remaining cells were run" for ran in [sum(v.ran_on for v in found)] if ran]
    lines = [
        f"## {name}", "",
        f"`./dev stress {name}`, {datetime.date.today()}: {len(found)} of {total} sessions, {sum(v.boundaries for v in found)} boundaries brought back"
        f"{''.join(f', {text}' for text in run_on)}. "
        f"{sum(v.equal for v in found)} names compared and equal, {sum(v.opaque for v in found)} not comparable; "
        f"{', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}. "
        f"At {', '.join(f'{commit} ({count})' for commit, count in commits.most_common())}.", "",
        "| sessions of | sessions | " + " | ".join(VERDICTS) + " | names equal | not comparable | refused names |", "|" + "---|" * (len(VERDICTS) + 5),
        *(row(title, [v for v in found if group(v.session) == title]) for title in groups),
        row("all", found), "",
        *(f"- {v.verdict}: {first_line(v.failures[0])}" for v in found if v.failures),
        *[""] * any(v.failures for v in found),
        *chance(found),
        "| session | refused by name | what the report says |", "|---|---|---|",
        *(f"| {v.session} | {', '.join(f'`{name}`' for name in names)} | {first_line(why)} |" for v in found for why, names in v.refused.items()), ""]
    return "\n".join(lines)


def row(title: str, found: list[Verdict]) -> str:
    counts = Counter(v.verdict for v in found)
    refused = sum(len(names) for v in found for names in v.refused.values())
    cells = [title, len(found), *(counts[verdict] for verdict in VERDICTS), sum(v.equal for v in found), sum(v.opaque for v in found), refused]
    return f"| {' | '.join(map(str, cells))} |"


def chance(found: list) -> list[str]:
    """found: verdicts, or reports of the harness."""
    told = []
    for words, names in (("gave what two uninterrupted runs give otherwise, too", "varying"),
                         ("became different only in which tuples of plain values are one, as constants of a library's code are", "constants")):
        if those := [f"{v.session} ({', '.join(dict.fromkeys(getattr(v, names)))})" for v in found if getattr(v, names)]:
            told += [f"Running on, these {words}: {'; '.join(those)}.", ""]
    return told


def first_line(text: str) -> str:
    """It, as a table or list of the page can hold it."""
    return text.partition("\n")[0].replace("|", "/")[:200]
