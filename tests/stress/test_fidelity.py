"""The page of figures: one part is replaced, the others stay."""

from tests.sessions.harness import Report
from tests.stress import __main__ as stress


def test_parts_are_replaced_one_by_one(tmp_path, monkeypatch):
    page = tmp_path / "fidelity.md"
    page.write_text("# Fidelity\n\nwords\n\n")
    monkeypatch.setattr(stress, "FIDELITY", page)
    stress.write_fidelity("sessions", "## sessions\n\nold\n")
    stress.write_fidelity("corpus", "## corpus\n\nkept\n")
    stress.write_fidelity("sessions", "## sessions\n\nnew\n")
    assert page.read_text() == "# Fidelity\n\nwords\n\n## sessions\n\nnew\n## corpus\n\nkept\n"


def test_every_refusal_is_listed_by_name():
    text = stress.summary("sessions", [Report("s", [], 2, 5, 1, {"stored": 5, "lost": 1}, {"g": "lost, a | generator"})], 1)
    assert "| s | `g` | lost, a / generator |" in text
    assert "1 sessions, 2 boundaries brought back; 5 names compared and equal" in text and "0 sessions failed" in text


def test_what_is_left_out_or_failed_is_told():
    text = stress.summary("corpus", [Report("s", ["s, after cell 1: a is different\nmore"], varying=["t0"])], 3)
    assert "1 of 3 sessions" in text and "- Failed: s, after cell 1: a is different\n" in text and "too: s (t0)." in text


def test_a_run_that_was_stopped_goes_on(tmp_path, monkeypatch):
    class Named:
        name = "s"

    calls = []
    monkeypatch.setattr(stress, "ROOT", tmp_path)

    def check(session, folder):
        calls.append(session.name)
        return Report(session.name)

    monkeypatch.setattr(stress, "commit", lambda: "abc")
    for _ in range(2):
        assert [report.session for report in stress.run_sessions("sessions", [Named()], 1, check)] == ["s"]
    assert calls == ["s"]
    monkeypatch.setattr(stress, "commit", lambda: "abc+changes")
    for _ in range(2):
        stress.run_sessions("sessions", [Named()], 1, check)
    assert calls == ["s"] * 3
    assert stress.run_sessions("sessions", [Named()], 1, check, minutes=-1) == []
