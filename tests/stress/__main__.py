"""What is too long for ./dev test.

    ./dev stress [sessions | plans | programs | corpus | kills | heavy | fuzz]

    sessions   every session file, brought back at every cell boundary
    plans      every session file, brought back by plans that are forced on it: all replayed, and each half
    programs   random small programs (tests/sessions/programs.py), brought back at every cell boundary
    corpus     every example of the corpus, brought back at every cell boundary
    kills      relay and engine killed at 100 random instants
    heavy      cells of 100 MB, queues of 100,000 cells, readers that come after 100,000 displays
    fuzz       the targets of tests/fuzz, each for --seconds

Results are kept per commit in .cache/stress, and a run of a commit that was stopped goes on where it was. All but
`kills`, `heavy` and `fuzz` write their part of docs/fidelity.md when they are complete.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.corpus import fetch
from tests.sessions import harness, plans, programs, session_file
from tests.stress import fuzz

ROOT = Path(__file__).parents[2]
SESSIONS = ROOT / "tests" / "sessions" / "files"
FIDELITY = ROOT / "docs" / "fidelity.md"


def commit() -> str:
    """Of this checkout; "+changes" where it holds others, or where no git tells."""
    if not shutil.which("git"):
        return "unknown+changes"

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+changes" if git("status", "--porcelain", "-uno") else "")


def every_boundary(session, folder: Path) -> harness.Report:
    return harness.check(session, folder, every=True)


def run_sessions(name: str, sessions: list, jobs: int, check) -> list[harness.Report]:
    """Reports of all sessions; those of an earlier run of this commit are taken from its journal."""
    journal = ROOT / ".cache" / "stress" / f"{name}-{commit()}.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    if journal.stem.endswith("+changes"):
        journal.unlink(missing_ok=True)  # it may stem from other changes
    lines = journal.read_text().splitlines() if journal.exists() else []
    done = {r.session: r for r in (harness.Report(**json.loads(line)) for line in lines)}
    left = [s for s in sessions if s.name not in done]
    print(f"{len(sessions)} sessions, {len(sessions) - len(left)} of them known from {journal.relative_to(ROOT)}", flush=True)
    with ThreadPoolExecutor(jobs) as pool, journal.open("a") as out:
        running = [pool.submit(in_a_folder, check, session) for session in left]
        for count, future in enumerate(as_completed(running), 1):
            report = done[future.result().session] = future.result()
            out.write(json.dumps(dataclasses.asdict(report)) + "\n")
            out.flush()
            print(f"{count}/{len(left)} {report.session}: {report.boundaries} boundaries", *report.failures, sep="\n  ", flush=True)
    return [done[session.name] for session in sessions]


def in_a_folder(check, session) -> harness.Report:
    folder = Path(tempfile.mkdtemp(prefix="ferry-stress-"))
    try:
        return check(session, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def summary(name: str, reports: list[harness.Report]) -> str:
    """One part of docs/fidelity.md: the figures, and every refusal by name."""
    ways: dict[str, int] = {}
    for report in reports:
        for way, count in report.ways.items():
            ways[way] = ways.get(way, 0) + count
    failed = sum(bool(report.failures) for report in reports)
    refused = [(r.session, n, why) for r in reports for n, why in sorted(r.admitted.items())]
    lines = [
        f"## {name}",
        "",
        f"`./dev stress {name}` at {commit()}, {datetime.date.today()}: {len(reports)} sessions, {sum(r.boundaries for r in reports)} boundaries brought back; "
        f"{sum(r.equal for r in reports)} names compared and equal, {sum(r.opaque for r in reports)} not comparable; "
        f"{', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}; {failed} sessions failed.",
        "",
        *claims(reports),
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
    misses = [f"{r.session} ({miss})" for r in told for miss in r.claims["misses"]]
    return [f"The records of {cells} cells claim that {claimed} names may have changed; {changed} did. "
            f"Changed and not claimed: {'; '.join(misses) or 'nothing'}.", ""]


def write_fidelity(name: str, text: str) -> None:
    """Replaces one part of the page, which this program owns."""
    page = FIDELITY.read_text()
    part = re.compile(rf"^## {name}\n.*?(?=^## |\Z)", re.M | re.S)
    page = part.sub(lambda _: text, page) if part.search(page) else page + text
    FIDELITY.write_text(page)


def stress_sessions(name: str, sessions: list, jobs: int, check=every_boundary) -> int:
    reports = run_sessions(name, sessions, jobs, check)
    write_fidelity(name, summary(name, reports))
    failed = [r.session for r in reports if r.failures]
    print(f"{len(reports) - len(failed)} of {len(reports)} sessions came back as they were" + "".join(f"; not {f}" for f in failed))
    return 1 if failed else 0


def stress_kills() -> int:
    environment = os.environ | {"FERRY_TEST_KILLS": "100"}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/survival"], cwd=ROOT, env=environment).returncode


def stress_heavy() -> int:
    environment = os.environ | {"FERRY_TEST_HEAVY": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=7200", "tests/kernel/test_heavy.py"]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev stress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=("sessions", "plans", "programs", "corpus", "kills", "heavy", "fuzz"), help="default: all of them")
    parser.add_argument("--jobs", type=int, default=2, help="sessions at a time")
    parser.add_argument("--programs", type=int, default=300, help="how many random programs")
    parser.add_argument("--seconds", type=int, default=120, help="for each target of fuzz")
    options = parser.parse_args()
    codes = []
    if options.name in (None, "sessions"):
        codes.append(stress_sessions("sessions", session_file.read_all(SESSIONS), options.jobs))
    if options.name in (None, "plans"):
        codes.append(stress_sessions("plans", session_file.read_all(SESSIONS), options.jobs, plans.check))
    if options.name in (None, "programs"):
        codes.append(stress_sessions("programs", [programs.session(seed) for seed in range(options.programs)], options.jobs))
    if options.name in (None, "corpus"):
        try:
            codes.append(stress_sessions("corpus", list(fetch.sessions(fetch.entries(quick=False))), options.jobs))
        except fetch.Unavailable as error:
            print(f"stress: the corpus cannot be fetched: {error}", file=sys.stderr)
            codes.append(1)
    if options.name in (None, "kills"):
        codes.append(stress_kills())
    if options.name in (None, "heavy"):
        codes.append(stress_heavy())
    if options.name in (None, "fuzz"):
        codes.append(fuzz.run(options.seconds, options.jobs))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
