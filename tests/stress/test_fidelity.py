"""The page of figures: one part is replaced, the others stay; and the file of verdicts on the corpus."""

import shutil
import subprocess

import pytest

from tests.corpus import fetch
from tests.sessions.harness import Report
from tests.stress import __main__ as stress
from tests.stress import fidelity, page, runs, verdicts


def test_parts_are_replaced_one_by_one(tmp_path, monkeypatch):
    written = tmp_path / "fidelity.md"
    written.write_text("# Fidelity\n\nwords\n\n")
    monkeypatch.setattr(page, "PAGE", written)
    page.write_fidelity("sessions", "## sessions\n\nold\n")
    page.write_fidelity("corpus", "## corpus\n\nkept\n")
    page.write_fidelity("sessions", "## sessions\n\nnew\n")
    assert written.read_text() == "# Fidelity\n\nwords\n\n## sessions\n\nnew\n\n## corpus\n\nkept\n"


def test_every_refusal_is_listed_by_name():
    text = page.summary("sessions", [Report("s", [], 2, 5, 1, {"stored": 5, "lost": 1}, {"g": "lost, a | generator"})], 1)
    assert "| s | `g` | lost, a / generator |" in text
    assert "1 sessions, 2 boundaries brought back; 5 names compared and equal" in text and "0 sessions failed" in text


def test_what_is_left_out_or_failed_is_told():
    text = page.summary("corpus", [Report("s", ["s, after cell 1: a is different\nmore"], varying=["t0"])], 3)
    assert "1 of 3 sessions" in text and "- Failed: s, after cell 1: a is different\n" in text and "too: s (t0)." in text


def test_a_run_that_was_stopped_goes_on(tmp_path, monkeypatch):
    class Named:
        name = "s"

    calls = []
    monkeypatch.setattr(runs, "JOURNALS", tmp_path)

    def check(session, folder):
        calls.append(session.name)
        return Report(session.name)

    monkeypatch.setattr(runs, "commit", lambda: "abc")
    for _ in range(2):
        assert [report.session for report in runs.run_sessions("sessions", [Named()], 1, check)] == ["s"]
    assert calls == ["s"]
    monkeypatch.setattr(runs, "commit", lambda: "abc+changes")
    for _ in range(2):
        runs.run_sessions("sessions", [Named()], 1, check)
    assert calls == ["s"] * 3
    assert runs.run_sessions("sessions", [Named()], 1, check, minutes=-1) == []


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_what_runs_write_does_not_make_a_checkout_another(tmp_path, monkeypatch):
    page, code = tmp_path / "docs" / "fidelity.md", tmp_path / "code.py"
    page.parent.mkdir()
    for path in (page, code):
        path.write_text("a")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(runs, "ROOT", tmp_path)
    monkeypatch.setattr(runs, "WRITTEN", (page,))
    page.write_text("b")
    clean = runs.commit()
    code.write_text("b")
    assert len(clean) >= 7 and "+" not in clean and runs.commit() == clean + "+changes"


class Example:
    def __init__(self, entry):
        self.name = entry["name"]


@pytest.fixture
def examples():
    return [Example(entry) for entry in fetch.entries(quick=False)[:3]]


@pytest.mark.parametrize("report, verdict", [
    (Report("s"), "equal"),
    (Report("s", admitted={"g": "lost, a generator"}), "refused"),
    (Report("s", ["a is different"], admitted={"g": "lost, a generator"}), "different"),
    (Report("s", ["gone", "a is different"], loud=["gone"]), "different"),
    (Report("s", ["gone"], loud=["gone"]), "failed"),
])
def test_a_silent_difference_outweighs_all(report, verdict):
    assert verdicts.judged(report).verdict == verdict


def test_verdicts_are_kept_and_only_what_is_left_is_run(tmp_path, examples):
    path = tmp_path / "verdicts.jsonl"
    fidelity.results(path).add(verdicts.Verdict(examples[0].name, "different", refused={"lost": ["g"]}), "abc")
    results = fidelity.results(path)
    assert [(v.session, v.commit, v.refused) for v in results.valid()] == [(examples[0].name, "abc", {"lost": ["g"]})]
    assert results.left(examples) == examples[1:]
    assert results.left(examples, anew="different") == results.left(examples, anew=examples[0].name) == examples
    assert results.left(examples, anew="failed") == examples[1:]
    assert results.left(examples, anew="older", commit="abc") == examples[1:]
    assert results.left(examples, anew="older", commit="def") == examples


def test_a_session_that_changed_is_run_again(tmp_path, examples, monkeypatch):
    results = fidelity.results(tmp_path / "verdicts.jsonl")
    results.add(verdicts.Verdict(examples[0].name, "equal"), "abc")
    monkeypatch.setattr(fidelity, "digests", lambda: {example.name: "other" for example in examples})
    changed = fidelity.results(results.path)
    assert changed.left(examples) == examples and changed.valid() == []


def test_a_run_of_the_corpus_ends_in_time_and_goes_on(tmp_path, examples, monkeypatch):
    calls, pages = [], []

    def check(session, folder):
        calls.append(session.name)
        return verdicts.Verdict(session.name, "equal", boundaries=3, equal=7)

    monkeypatch.setattr(fidelity, "shuffled", lambda: examples)
    monkeypatch.setattr(fidelity, "check", check)
    monkeypatch.setattr(fidelity.results, "__defaults__", (tmp_path / "verdicts.jsonl",))
    monkeypatch.setattr(stress, "commit", lambda: "abc")
    monkeypatch.setattr(stress, "write_fidelity", lambda name, text: pages.append(text))
    assert stress.main(["fidelity", "--minutes", "-1"]) == 0 and calls == []
    assert stress.main(["fidelity", "--jobs", "1"]) == 0 and calls == [example.name for example in examples]
    assert stress.main(["fidelity"]) == 0 and len(calls) == len(examples)
    assert "3 of 3 sessions, 9 boundaries brought back" in pages[-1] and "21 names compared and equal" in pages[-1]
    assert "| all | 3 | 3 | 0 | 0 | 0 | 21 | 0 | 0 |" in pages[-1] and "At abc (3)." in pages[-1]


def test_what_differs_makes_the_run_fail_and_stands_in_the_page(tmp_path):
    results = fidelity.results(tmp_path / "verdicts.jsonl")
    [first, second, *_] = fidelity.digests()
    results.add(verdicts.Verdict(first, "different", failures=["s, after cell 1: a | b is different\nmore"]), "abc")
    results.add(verdicts.Verdict(second, "refused", refused={"lost, a | generator": ["g", "h"]}, varying=["t0"]), "abc")
    text = verdicts.page("fidelity", results, 281, fidelity.project)
    assert "2 of 281 sessions" in text and "- different: s, after cell 1: a / b is different\n" in text
    assert f"| {second} | `g`, `h` | lost, a / generator |" in text and f"too: {second} (t0)." in text


def test_forced_plans_have_one_verdict_a_file(tmp_path, monkeypatch):
    pages = []
    monkeypatch.setattr(stress, "PLANS", tmp_path / "verdicts.jsonl")
    monkeypatch.setattr(stress, "commit", lambda: "abc")
    monkeypatch.setattr(stress, "write_fidelity", lambda name, text: pages.append((name, text)))
    monkeypatch.setattr(stress.plans, "check", lambda session, folder: Report(session.name, boundaries=5, equal=2, ran_on=2, ways={"replayed": 2}))
    assert stress.main(["plans"]) == stress.main(["plans"]) == 0
    count = len(stress.session_file.read_all(stress.SESSIONS))
    (name, text), again = pages
    assert again == (name, text) and name == "plans"
    assert f"{count} of {count} sessions, {5 * count} boundaries brought back, from {2 * count} the remaining cells were run." in text
    assert f"| all | {count} | {count} | 0 | 0 | 0 | {2 * count} | 0 | 0 |" in text
