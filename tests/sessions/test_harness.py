"""The harness against kernels that lie: each lie must be found, and an honest kernel must pass."""

import itertools
import pickle

import pytest

from tests.client import Answer
from tests.sessions import canon, harness
from tests.sessions.session_file import SessionFileError, parse

TEXT = """
# name: two-names
# description: two names of one list, and a third that is deleted
# lost: g (a generator)
# %%
a = [1]; b = a; gone = 0
# %%
b.append(2); print(len(a))
# %% raises ZeroDivisionError
del gone; late = a[-1] / 0
# %%
print(a is b, sum(a))
# %% holds
a == [1, 2]
a is b
# %% holds after 1
a == [1]
"""


class HonestKernel:
    """Cells run by exec in a dict; a label is the pickled dict in the store."""

    process = {}

    def __init__(self, place):
        self.home, self.names = place.home, {}

    def cell(self, source, cell_id):
        printed = []
        self.names["print"] = lambda *values: printed.append(" ".join(map(str, values)) + "\n")
        answer = Answer("ok")
        try:
            exec(source, self.names)
        except Exception as error:
            answer = Answer("error", f"{type(error).__name__}: {error}")
        answer.outputs = [("stdout", text) for text in printed]
        return answer

    def evaluate(self, expressions):
        return [self.value(expression) for expression in expressions]

    def value(self, expression):
        try:
            return repr(eval(expression, self.names))
        except Exception as error:
            return f"raised {type(error).__name__}"

    def user_names(self):
        return {k: v for k, v in self.names.items() if k not in ("__builtins__", "print")}

    def fingerprints(self):
        return {name: (repr(value), "") for name, value in self.user_names().items()}

    def checkpoint(self, label):
        (self.home / label).write_bytes(pickle.dumps(self.user_names()))
        return {"ok": True}

    def load(self, names):
        self.names.update(names)
        return {name: {"way": "stored", "verified": True} for name in names}

    def resume(self, label):
        return {"ok": True, "process": self.process, "variables": self.load(pickle.loads((self.home / label).read_bytes()))}

    def suspend(self):
        pass

    def kill(self):
        pass


class Changes(HonestKernel):
    def load(self, names):
        return super().load(names | {"a": [*names["a"], 0]})


class BreaksAliases(HonestKernel):
    def load(self, names):
        return super().load(names | {"b": list(names["b"])})


class Forgets(HonestKernel):
    def load(self, names):
        entries = super().load(names)
        del self.names["b"]
        return entries


class ForgetsInReport(HonestKernel):
    def load(self, names):
        entries = super().load(names)
        del entries["b"]
        return entries


class Resurrects(HonestKernel):
    def load(self, names):
        return super().load({"gone": 0} | names) | {}


class Refuses(HonestKernel):
    name = "b"

    def load(self, names):
        entries = super().load(names)
        del self.names["b"]
        entries["b"] = {"way": "lost", "reason": "no reason"}
        return entries


class AdmitsDifference(Refuses):
    def load(self, names):
        entries = HonestKernel.load(self, names | {"a": 7, "b": 7})
        return {name: {"way": "replayed", "verified": False, "reason": "differs"} for name in entries}


class RefusesProcessState(HonestKernel):
    process = {"cwd": {"way": "failed", "reason": "the folder is gone"}}


class RunsOnDifferently(HonestKernel):
    resumed = False

    def load(self, names):
        self.resumed = True
        return super().load(names)

    def cell(self, source, cell_id):
        return super().cell(source.replace("sum(a)", "0") if self.resumed else source, cell_id)


class AnswersByChance(HonestKernel):
    """Each kernel prints another number in the last cell, resumed or not."""

    draws = itertools.count()

    def cell(self, source, cell_id):
        return super().cell(source.replace("sum(a)", str(next(self.draws))), cell_id)


def failures(tmp_path, runner, text=TEXT, every=True):
    return harness.check(parse(text), tmp_path, every, runner).failures


def test_honest_kernel_passes(tmp_path):
    report = harness.check(parse(TEXT), tmp_path, True, HonestKernel)
    assert report.failures == []
    assert (report.boundaries, report.ways) == (4, {"stored": 10})


def test_sample_takes_middle_and_last(tmp_path):
    assert harness.check(parse(TEXT), tmp_path, False, HonestKernel).boundaries == 2
    assert harness.sampled(1) == [1] and harness.sampled(2) == [1, 2] and harness.sampled(4) == [2, 4]


@pytest.mark.parametrize(
    "runner, said",
    [
        (Changes, "a was reported stored but is different"),
        (BreaksAliases, "a is b was True and is False"),
        (Forgets, "b was reported stored but is missing"),
        (ForgetsInReport, "b is not in the report"),
        (Resurrects, "gone is there, but was not in the session"),
        (Refuses, "b was refused (lost, no reason), which the file does not expect"),
        (RefusesProcessState, "cwd was refused (failed, the folder is gone), which the file does not expect"),
        (RunsOnDifferently, "cell 4 answers differently"),
    ],
)
def test_each_lie_is_found(tmp_path, runner, said):
    assert any(said in failure for failure in failures(tmp_path, runner))


def test_what_two_uninterrupted_runs_give_otherwise_is_chance(tmp_path):
    report = harness.check(parse(TEXT), tmp_path, True, AnswersByChance)
    assert report.failures == [] and report.varying == ["cell 4"]


@pytest.mark.parametrize("held, excused", [("a", True), ("gone", False)])
def test_only_what_is_told_of_a_name_of_the_cell_excuses_it(tmp_path, held, excused):
    class Told(RunsOnDifferently):
        def load(self, names):
            entries = super().load(names)
            if held in entries:
                entries[held]["held_by"] = "a library"
            return entries

    session = parse(TEXT)
    session.lost |= {held: "a library holds it"}
    report = harness.check(session, tmp_path, True, Told)
    assert (report.failures == []) == excused
    assert any("a is also held by a library" in why for why in report.admitted.values()) == excused


def test_what_is_told_to_be_held_no_more_is_a_loud_failure_if_the_file_does_not_expect_it(tmp_path):
    class Alarmed(HonestKernel):
        def load(self, names):
            entries = super().load(names)
            entries["a"]["held_by"] = "a library"
            return entries

    report = harness.check(parse(TEXT), tmp_path, True, Alarmed)
    assert report.loud == report.failures and "a is told not to be held again by a library" in report.loud[0]


def test_only_what_is_told_of_a_name_excuses_it_at_the_end():
    session, held = parse(TEXT), {"a": "a library", "late": "another"}
    told = {where: harness.told_of(harness.Difference(1, where, "differs"), session, held) for where in ("a", "b", 1, 3)}
    assert told == {"a": "a is also held by a library", "b": "", 1: "a is also held by a library",
                    3: "a is also held by a library; late is also held by another"}


def test_which_tuples_of_plain_values_are_one_can_be_left_out_of_an_account():
    one, other = (None, 1.5), tuple([None, 1.5])
    accounts = [[canon.canon({"a": [one, second, third]}, ["a"], constants=constants) for constants in (True, False)]
                for second, third in ((one, [1]), (other, [1]), (one, [2]))]
    assert accounts[0][0] != accounts[1][0] and accounts[0][1] == accounts[1][1] != accounts[2][1]


def test_what_is_said_is_told_from_what_is_silent(tmp_path):
    report = harness.check(parse(TEXT), tmp_path / "silent", True, Changes)
    assert report.failures and report.loud == []
    report = harness.check(parse(TEXT), tmp_path / "loud", True, Refuses)
    assert report.loud == [failure for failure in report.failures if "refused" in failure] != []


def test_expected_refusal_passes(tmp_path):
    text = TEXT.replace("# lost: g (a generator)", "# lost: b (for the test (only)), a (too)")
    report = harness.check(parse(text), tmp_path, True, Refuses)
    assert report.failures == [] and set(report.admitted) == {"b"}


def test_admitted_difference_is_no_lie(tmp_path):
    text = TEXT.replace("g (a generator)", "a (x), b (x), gone (x)")
    assert failures(tmp_path, AdmitsDifference, text) == []


@pytest.mark.parametrize("old, new, said", [("a == [1]", "a == 3", "in the session itself"), ("/ 0", "/ 1", "itself ended with")])
def test_session_that_does_not_hold_itself(tmp_path, old, new, said):
    assert any(said in failure for failure in failures(tmp_path, HonestKernel, TEXT.replace(old, new)))


@pytest.mark.parametrize(
    "text, said",
    [
        ("a = 1\n", "no cell"),
        ("# name: x\n# %%\na = 1\n", "no description"),
        ("# name: x\n# descripton: y\n# %%\na = 1\n", "not a header"),
        ("# name: x\n# description: y\n# %% cell\na = 1\n", "not a mark"),
        ("# name: x\n# description: y\n# %%\na = 1\n# %% holds\na = 2\n", "a statement among expressions"),
        ("# name: x\n# description: y\n# %%\na = 1\n# %% holds\na ==\n", "not an expression"),
        ("# name: x\n# description: y\n# %%\na = 1\n# %% holds after 2\na\n", "there are 1 cells"),
    ],
)
def test_bad_session_files_are_refused(text, said):
    with pytest.raises(SessionFileError, match=said):
        parse(text)
