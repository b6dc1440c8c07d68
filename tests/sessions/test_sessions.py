"""Every session file comes back as it was; see harness.py for what is compared."""

from pathlib import Path

import pytest

from tests.sessions import harness, session_file

SESSIONS = session_file.read_all(Path(__file__).parent / "files")

def expected(session):
    marks = [pytest.mark.xfail(reason=session.defect, strict=True)] if session.defect else []
    return pytest.param(session, id=session.name, marks=marks)


@pytest.mark.parametrize("session", list(map(expected, SESSIONS)))
def test_session(session, tmp_path):
    report = harness.check(session, tmp_path / "s", every=False)
    assert not report.failures, "\n".join(report.failures)
    if report.claims:
        assert report.claims["changed"] and not report.claims["misses"], report.claims


def test_every_case_of_soundness_has_a_file():
    assert sorted(s.case for s in SESSIONS if s.case) == list(range(1, 31))
    assert len({s.name for s in SESSIONS}) == len(SESSIONS) >= 60
    assert all(s.source.stem == s.name for s in SESSIONS)
