"""The proof on the corpus: each example of a library brought back in its middle and at its end, and one verdict.

An example is recorded once, brought back at both boundaries by what is stored, in its middle also by the cheapest plan
(tests/sessions/policies.py), and run on from there; what comes out otherwise only in that is held against two more plain
runs. Beside the fingerprints stands an account of the namespace that shares nothing with Kernelferry (canon.py).

    equal      every name came back as it was, and so did what the remaining cells made of it, in all on which plain runs agree
    refused    something did not, and the report named each
    different  a name was promised and is not what it was: the one verdict that must not occur
    failed     no verdict: the example itself did not run, the kernel did not answer, or the resume said that it could not

`tests/corpus/verdicts.jsonl` holds one line a session, with the commit at which it was run; it is written after each, so a
run goes on where the last one stopped. A session without a line is run, and one whose entry in the manifest has changed.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.corpus import fetch
from tests.sessions import harness

RESULTS = Path(fetch.__file__).with_name("verdicts.jsonl")
VERDICTS = ("equal", "refused", "different", "failed")
TOLD = 160  # characters of each reason that are kept


@dataclass
class Verdict:
    session: str
    verdict: str
    commit: str = ""
    entry: str = ""  # digest of the manifest's entry
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


def check(session, folder: Path) -> Verdict:
    try:
        return judged(harness.check(dataclasses.replace(session, canonical=True), folder, every=False, cheapest=True))
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


def digests() -> dict[str, str]:
    """session -> digest of all that the manifest says of it."""
    return {e["name"]: hashlib.sha256(json.dumps(e, sort_keys=True).encode()).hexdigest()[:16] for e in fetch.entries(quick=False)}


def shuffled() -> list:
    """All sessions in one order, so that those of a run that was stopped are a fair sample. Unavailable: see fetch."""
    sessions = sorted(fetch.sessions(fetch.entries(quick=False)), key=lambda session: session.name)
    random.Random(0).shuffle(sessions)
    return sessions


class Results:
    """The file of verdicts."""

    def __init__(self, path: Path = RESULTS):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.verdicts = {v.session: v for v in (Verdict(**json.loads(line)) for line in lines)}

    def valid(self) -> list[Verdict]:
        """Those of sessions that are in the corpus as they were."""
        now = digests()
        return [v for v in self.verdicts.values() if now.get(v.session) == v.entry]

    def left(self, sessions: list, anew: str | None = None) -> list:
        """The sessions that have no valid verdict, and those whose name or verdict contains `anew`."""
        done = {v.session for v in self.valid() if anew is None or anew not in v.session and anew != v.verdict}
        return [session for session in sessions if session.name not in done]

    def add(self, verdict: Verdict, commit: str) -> None:
        verdict.commit, verdict.entry = commit, digests()[verdict.session]
        self.verdicts[verdict.session] = verdict
        text = "".join(json.dumps(dataclasses.asdict(v)) + "\n" for _, v in sorted(self.verdicts.items()))
        partial = self.path.with_suffix(".tmp")
        partial.write_text(text)
        os.replace(partial, self.path)


def page(results: Results, total: int) -> str:
    """The part of docs/fidelity.md."""
    found = sorted(results.valid(), key=lambda v: v.session)
    commits = Counter(v.commit for v in found)
    ways = sum((Counter(v.ways) for v in found), Counter())
    lines = [
        "## fidelity", "",
        f"`./dev stress fidelity`, {datetime.date.today()}: {len(found)} of {total} sessions, {sum(v.boundaries for v in found)} boundaries brought back, "
        f"{sum(v.cheapest for v in found)} of them by the cheapest plan; from {sum(v.ran_on for v in found)} the remaining cells were run. "
        f"{sum(v.equal for v in found)} names compared and equal, {sum(v.opaque for v in found)} not comparable; "
        f"{', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}. "
        f"At {', '.join(f'{commit} ({count})' for commit, count in commits.most_common())}.", "",
        "| project | sessions | " + " | ".join(VERDICTS) + " | names equal | not comparable | refused names |", "|" + "---|" * (len(VERDICTS) + 5),
        *(row(source, [v for v in found if v.session.partition("/")[0] == source]) for source in sorted({v.session.partition("/")[0] for v in found})),
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
