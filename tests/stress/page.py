"""The parts of docs/fidelity.md that runs write: the figures of one run, every difference and every refusal by name."""

from __future__ import annotations

import datetime
import re

from tests.sessions import harness
from tests.stress import verdicts
from tests.stress.runs import PAGE, commit


def summary(name: str, reports: list[harness.Report], total: int) -> str:
    """One part of docs/fidelity.md: the figures, and every difference and refusal by name. total: sessions there are."""
    ways: dict[str, int] = {}
    for report in reports:
        for way, count in report.ways.items():
            ways[way] = ways.get(way, 0) + count
    failed = sum(bool(report.failures) for report in reports)
    done = f"{len(reports)} sessions" if len(reports) == total else f"{len(reports)} of {total} sessions"
    refused = [(r.session, n, why) for r in reports for n, why in sorted(r.admitted.items())]
    lines = [
        f"## {name}",
        "",
        f"`./dev stress {name}` at {commit()}, {datetime.date.today()}: {done}, {sum(r.boundaries for r in reports)} boundaries brought back; "
        f"{sum(r.equal for r in reports)} names compared and equal, {sum(r.opaque for r in reports)} not comparable; "
        f"{', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}; {failed} sessions failed.",
        "",
        *claims(reports),
        *verdicts.chance(reports),
        *(f"- Failed: {verdicts.first_line(what)}" for r in reports for what in r.failures),
        *[""] * bool(failed),
        "| session | refused by name | what the report says |",
        "|---|---|---|",
        *(f"| {session} | `{n}` | {why.replace('|', '/')[:160]} |" for session, n, why in refused),
        "",
    ]
    return "\n".join(lines)


def claims(reports: list[harness.Report]) -> list[str]:
    """How what the cells' records claim compares with what changed (tests/sessions/paranoid.py)."""
    told = [r for r in reports if r.claims]
    if not told:
        return []
    cells, claimed, changed = (sum(r.claims[key] for r in told) for key in ("cells", "claimed", "changed"))
    misses = dict.fromkeys(f"{r.session} ({miss})" for r in told for miss in r.claims["misses"])
    return [f"The records of {cells} cells claim that {claimed} names may have changed; {changed} did. "
            f"Changed and not claimed: {'; '.join(misses) or 'nothing'}.", ""]


def write_fidelity(name: str, text: str) -> None:
    """Replaces one part of the page, which this program owns."""
    page = PAGE.read_text()
    part = re.compile(rf"^## {name}\n.*?(?=^## |\Z)", re.M | re.S)
    text = text.rstrip("\n") + "\n\n"
    page = part.sub(lambda _: text, page) if part.search(page) else page.rstrip("\n") + "\n\n" + text
    PAGE.write_text(page.rstrip("\n") + "\n")
