"""Sessions run one after another or several at a time, each in a folder of its own, and what a stopped run of a commit has found
already: its journal in .cache/stress.
"""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.sessions import harness
from tests.stress import fidelity

ROOT = Path(__file__).parents[2]
JOURNALS = ROOT / ".cache" / "stress"
PAGE = ROOT / "docs" / "fidelity.md"
PLANS = ROOT / "tests" / "sessions" / "verdicts.jsonl"  # of what forced plans bring back
MOVED = ROOT / "tests" / "stress" / "moved.jsonl"  # of moves at one boundary
WRITTEN = (PAGE, fidelity.RESULTS, PLANS, MOVED)  # by runs


def commit() -> str:
    """Of this checkout; "+changes" where it holds others (but for what is written here), or where no git tells."""
    if not shutil.which("git"):
        return "unknown+changes"

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    written = [f":(exclude){path.relative_to(ROOT)}" for path in WRITTEN]
    return git("rev-parse", "--short", "HEAD") + ("+changes" if git("status", "--porcelain", "-uno", "--", ".", *written) else "")


def journal(name: str) -> Path:
    """Where a run keeps what it found; its folder exists."""
    JOURNALS.mkdir(parents=True, exist_ok=True)
    return JOURNALS / name


def run_sessions(name: str, sessions: list, jobs: int, check, minutes: float = 0, kind=harness.Report) -> list:
    """Reports of the sessions; those of an earlier run of this commit are taken from its journal. minutes: after which
    no further session is begun, 0: never. kind: the class of what check returns.
    """
    path = journal(f"{name}-{commit()}.jsonl")
    if path.stem.endswith("+changes"):
        path.unlink(missing_ok=True)  # it may stem from other changes
    lines = path.read_text().splitlines() if path.exists() else []
    done = {r.session: r for r in (kind(**json.loads(line)) for line in lines)}
    left = [s for s in sessions if s.name not in done]
    print(f"{len(sessions)} sessions, {len(sessions) - len(left)} of them known from {path.name}", flush=True)
    with path.open("a") as out:
        for count, report in enumerate(in_folders(left, jobs, check, minutes), 1):
            done[report.session] = report
            out.write(json.dumps(dataclasses.asdict(report)) + "\n")
            out.flush()
            print(f"{count}/{len(left)} {report.session}: {report.boundaries} boundaries", *report.failures, sep="\n  ", flush=True)
    return [done[session.name] for session in sessions if session.name in done]


def in_folders(sessions: list, jobs: int, check, minutes: float):
    """What check returns of each session, as it comes; several at a time, and none begun after so many minutes (0: no end)."""
    last = time.monotonic() + 60 * minutes if minutes else math.inf
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(in_a_folder, check, session, last) for session in sessions]):
            if (found := future.result()) is not None:
                yield found


def in_a_folder(check, session, last: float):
    """The report of one session, in a folder of its own; None where it is too late to begin."""
    if time.monotonic() > last:
        return None
    folder = Path(tempfile.mkdtemp(prefix="ferry-stress-"))
    try:
        return check(session, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
