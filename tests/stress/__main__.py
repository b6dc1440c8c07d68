"""What is too long for ./dev test.

    ./dev stress [sessions | plans | programs | fidelity | sample | rivals | torch | older | kills | soak | heavy | moved | moves | bursts | slider | lab | fuzz]

    sessions   every session file, brought back at every cell boundary
    plans      every session file, brought back in its middle and at its end by plans that are forced on it (tests/sessions/plans.py)
    programs   random small programs (tests/sessions/programs.py), brought back at every cell boundary
    fidelity   every example of the corpus, brought back in its middle and at its end (tests/stress/fidelity.py)
    sample     the same for every eighth example: about ten minutes
    rivals     the session files, and quick examples, in dill, Kishu and ElasticKernel beside ours (tests/stress/rivals.py)
    torch      session files with tensors, networks and optimizers, at every cell boundary (tests/stress/apart.py)
    older      the same with pandas 2, with and without copy-on-write, and pyarrow
    kills      relay, engine or both killed at --kills random instants under load
    soak       a notebook at work for --seconds: the memory of relay and engine must stay flat
    heavy      cells of 100 MB, queues of 100,000 cells, readers that come after 100,000 displays, a pool in images of images
    moved      every session file moved to another host at one of its boundaries by the cheapest plan, and run to its end there
    moves      200 moves of random programs under random faults, and some session files moved by forced plans
    bursts     --moves moves back and forth, while requests are sent without a pause: none lost, doubled or out of order
    slider     the same in JupyterLab in Chromium, with a slider that is moved before and during each move
    lab        real notebooks in JupyterLab, killed in between, beside the same on ipykernel (tests/stress/lab.py)
    fuzz       the targets of tests/fuzz, each for --seconds

Results are kept per commit in .cache/stress, and a run of a commit that was stopped goes on where it was; --minutes
stops it. Those of `fidelity`, `plans` and `moved` are kept as verdicts (tests/stress/verdicts.py), whatever the commit; --anew runs some again. Examples
come in one shuffled order, so that those of a stopped run are a fair sample. All but `sample`, `heavy` and `fuzz` write
their part of docs/fidelity.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.corpus import fetch
from tests.sessions import harness, plans, programs, session_file
from tests.stress import apart, fidelity, fuzz, kills, lab, moves, rivals, soak, verdicts
from tests.stress.page import summary, write_fidelity
from tests.stress.runs import MOVED, PLANS, ROOT, commit, in_folders, journal, run_sessions

SESSIONS = ROOT / "tests" / "sessions" / "files"


def every_boundary(session, folder: Path) -> harness.Report:
    return harness.check(session, folder, every=True)


@dataclass
class Compared:
    """One session in all rivals (rivals.py)."""

    session: str
    outcomes: list[dict]
    boundaries = 1
    failures = ()


def stress_sessions(name: str, sessions: list, options, check=every_boundary) -> int:
    reports = run_sessions(name, sessions, options.jobs, check, options.minutes)
    write_fidelity(name, summary(name, reports, len(sessions)))
    failed = [r.session for r in reports if r.failures]
    print(f"{len(reports) - len(failed)} of {len(reports)} sessions came back as they were" + "".join(f"; not {f}" for f in failed))
    return 1 if failed else 0


def stress_fidelity(options) -> int:
    return stress_verdicts("fidelity", fidelity.shuffled(), fidelity.results(), fidelity.check, options, fidelity.project)


def stress_files(name: str, path: Path, check, options) -> int:
    sessions = session_file.read_all(SESSIONS)
    digests = {session.name: verdicts.digest(session.source.read_text()) for session in sessions}
    random.Random(0).shuffle(sessions)
    return stress_verdicts(name, sessions, verdicts.Results(path, lambda: digests), partial(verdicts.of, check), options)


def stress_verdicts(name: str, sessions: list, results: verdicts.Results, check, options, group=None) -> int:
    """Fails where a session came back different, or gave no verdict. group: see verdicts.page."""
    at = commit()
    left = results.left(sessions, options.anew, at)
    print(f"{len(sessions)} sessions, {len(sessions) - len(left)} of them known from {results.path.name}", flush=True)
    for verdict in in_folders(left, options.jobs, check, options.minutes):
        results.add(verdict, at)
        print(f"{verdict.session}: {verdict.verdict}", *verdict.failures, sep="\n  ", flush=True)
    write_fidelity(name, verdicts.page(name, results, len(sessions), group))
    bad = [f"{v.session}: {v.verdict}" for v in results.valid() if v.failures]
    print(f"{len(results.valid())} of {len(sessions)} sessions have a verdict", *bad, sep="\n")
    return 1 if bad else 0


def stress_sample(options) -> int:
    found = run_sessions("sample", fidelity.shuffled()[::8], options.jobs, fidelity.check, options.minutes, verdicts.Verdict)
    print(*(verdicts.row(verdict, [v for v in found if v.verdict == verdict]) for verdict in verdicts.VERDICTS), sep="\n")
    return 1 if any(v.failures for v in found) else 0


def stress_kills(times: int) -> int:
    try:
        counts = kills.run(times)
    except AssertionError as error:
        print(f"stress: {error}", file=sys.stderr)
        return 1
    write_fidelity("kills", kills.report(counts, commit()))
    print(f"{times} kills, nothing lost and nothing doubled")
    environment = os.environ | {"FERRY_TEST_KILLS": str(max(6, times // 6))}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/survival/test_kill.py"], cwd=ROOT, env=environment).returncode


def stress_soak(seconds: float) -> int:
    growths, cells = soak.run(seconds)
    write_fidelity("soak", soak.report(growths, cells, seconds, commit()))
    print(f"{cells} cells", *growths, sep="; ")
    return 0 if all(g.flat for g in growths) else 1


BURSTS = {  # part: the test, and what it does around each move
    "bursts": ("tests/migrate/test_move.py", "40 cells sent around each without waiting for answers: each answered once, in order, with the next "
               "execution count and its own output; each ran once."),
    "slider": ("tests/browser/test_move.py", "in JupyterLab in Chromium, 8 cells run around each without waiting for answers, a slider moved before "
               "each and during it: each cell answered once, in order, with the next execution count and its own output, each ran once; the slider "
               "of the page and that of the kernel agreed before and after each; nothing in the browser's console."),
}


def stress_bursts(name: str, count: int) -> int:
    (file, told), began = BURSTS[name], time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=7200", f"{file}::test_back_and_forth_under_bursts"]
    failed = subprocess.run(command, cwd=ROOT, env=os.environ | {"FERRY_TEST_MOVES": str(count)}).returncode
    if not failed:
        write_fidelity(name, "\n".join([
            f"## {name}", "", f"`./dev stress {name} --moves {count}` at {commit()}, {datetime.date.today()}: {count} moves there and back in "
            f"{(time.monotonic() - began) / 60:.0f} minutes, {told}", ""]))
    return failed


def stress_lab(options) -> int:
    reports = run_sessions("lab", lab.sessions(), options.jobs, lab.check, options.minutes, lab.Report)
    write_fidelity("lab", lab.summary(reports, commit()))
    return 1 if any(report.failures for report in reports) else 0


def stress_heavy() -> int:
    environment = os.environ | {"FERRY_TEST_HEAVY": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=7200", "tests/kernel/test_heavy.py",
               "tests/image/test_round_trip.py::test_a_pool_in_images_of_images"]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def stress_rivals(options) -> int:
    """Fails where one of ours is silently different; what the rivals do is written down."""
    files = session_file.read_all(SESSIONS)
    chosen = list(fetch.sessions([e for e in fetch.entries(quick=True) if e["source"] in rivals.SOURCES and e["deterministic"]]))
    rivals.environment()
    sessions = [*files, *chosen]
    random.Random(0).shuffle(sessions)

    def check(session, folder: Path) -> Compared:
        return Compared(session.name, [dataclasses.asdict(outcome) for outcome in rivals.check(session, folder)])

    compared = run_sessions("rivals", sessions, options.jobs, check, options.minutes, Compared)
    outcomes = [rivals.Outcome(**outcome) for one in compared for outcome in one.outcomes]
    of_files = {session.name for session in files}
    lost = [o for o in outcomes if o.rival == rivals.OURS and o.verdict == "different"]
    write_fidelity("rivals", "\n".join([
        "## rivals", "",
        f"`./dev stress rivals` at {commit()}, {datetime.date.today()}: {len(compared)} of {len(sessions)} sessions, brought back at their end. {rivals.versions()}.", "",
        *rivals.table([o for o in outcomes if o.session in of_files], "session files"),
        *rivals.table([o for o in outcomes if o.session not in of_files], "examples of libraries"),
        *(f"- Ours, different: {o.session}: {verdicts.first_line(o.why)}" for o in lost), ""]))
    return 1 if lost else 0


def stress_apart(where: apart.Apart, options) -> int:
    where.prepare()
    print(where.version(), flush=True)
    return stress_sessions(where.name, where.sessions(), options, where.check)


def stress_moves(count: int, sample: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="ferry-moves-"))
    files = session_file.read_all(SESSIONS)
    try:
        tally = moves.run(folder, count, files[::max(1, len(files) // sample)] if sample else [], journal(f"moves-{commit()}.json"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    write_fidelity("moves", moves.summary(tally, commit(), str(datetime.date.today())))
    return 1 if tally.failures else 0


NAMES = ("sessions", "plans", "programs", "fidelity", "sample", "rivals", "torch", "older", "kills", "soak", "heavy", "moved", "moves", "bursts", "slider", "lab", "fuzz")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev stress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=NAMES, help="default: all of them but sample")
    parser.add_argument("--jobs", type=int, default=2, help="sessions at a time")
    parser.add_argument("--minutes", type=float, default=0, help="begin no session after so many; 0: go on to the end")
    parser.add_argument("--anew", metavar="TEXT", help="fidelity, plans and moved: run again what has this verdict, or TEXT in its name; older: what another commit ran")
    parser.add_argument("--programs", type=int, default=300, help="how many random programs")
    parser.add_argument("--kills", type=int, default=300, help="how many kills")
    parser.add_argument("--moves", type=int, default=200, help="how many moves of random programs, under bursts, with a slider")
    parser.add_argument("--files", type=int, default=12, help="how many session files move by forced plans")
    parser.add_argument("--seconds", type=int, help="for each target of fuzz (120), of soak (1200)")
    options = parser.parse_args(words)
    work = {
        "sessions": lambda: stress_sessions("sessions", session_file.read_all(SESSIONS), options),
        "plans": lambda: stress_files("plans", PLANS, plans.check, options),
        "moved": lambda: stress_files("moved", MOVED, moves.at_a_boundary, options),
        "programs": lambda: stress_sessions("programs", [programs.session(seed) for seed in range(options.programs)], options),
        "fidelity": lambda: stress_fidelity(options),
        "sample": lambda: stress_sample(options),
        "rivals": lambda: stress_rivals(options),
        "kills": lambda: stress_kills(options.kills),
        "soak": lambda: stress_soak(options.seconds or 1200),
        "heavy": stress_heavy,
        "torch": lambda: stress_apart(apart.TORCH, options),
        "older": lambda: stress_apart(apart.OLDER, options),
        "moves": lambda: stress_moves(options.moves, options.files),
        "bursts": lambda: stress_bursts("bursts", options.moves),
        "slider": lambda: stress_bursts("slider", options.moves),
        "lab": lambda: stress_lab(options),
        "fuzz": lambda: fuzz.run(options.seconds or 120, options.jobs),
    }
    try:
        return max(work[name]() for name in ([options.name] if options.name else [name for name in NAMES if name != "sample"]))
    except fetch.Unavailable as error:
        print(f"stress: the corpus cannot be fetched: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
