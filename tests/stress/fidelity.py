"""The proof on the corpus: each example of a library brought back in its middle and at its end, and one verdict (verdicts.py).

An example is recorded once, brought back at both boundaries by what is stored, in its middle also by the cheapest plan
(tests/sessions/policies.py), and run on from there; what comes out otherwise only in that is held against two more plain
runs. Beside the fingerprints stands an account of the namespace that shares nothing with Kernelferry (canon.py).
"""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

from tests.corpus import fetch
from tests.sessions import harness
from tests.stress import verdicts

RESULTS = Path(fetch.__file__).with_name("verdicts.jsonl")


def check(session, folder: Path) -> verdicts.Verdict:
    return verdicts.of(harness.check, dataclasses.replace(session, canonical=True), folder, every=False, cheapest=True)


def digests() -> dict[str, str]:
    """session -> digest of all that the manifest says of it."""
    return {e["name"]: verdicts.digest(json.dumps(e, sort_keys=True)) for e in fetch.entries(quick=False)}


def shuffled() -> list:
    """All sessions in one order, so that those of a run that was stopped are a fair sample. Unavailable: see fetch."""
    sessions = sorted(fetch.sessions(fetch.entries(quick=False)), key=lambda session: session.name)
    random.Random(0).shuffle(sessions)
    return sessions


def results(path: Path = RESULTS) -> verdicts.Results:
    return verdicts.Results(path, digests)


def project(session: str) -> str:
    return session.partition("/")[0]
