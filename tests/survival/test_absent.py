"""A NameError of a name that did not come back says so below its traceback, with the reason and the cell that makes it."""

import pytest


def last_line(answer):
    assert answer.error.startswith("NameError: name"), answer.error or answer.text
    return answer.traceback.rstrip().splitlines()[-1]


@pytest.fixture
def with_a_lost_generator(notebook):
    """A kernel in which `lost` did not come back and `kept` did; and how it is opened once more."""
    first = notebook.open()
    first.run("open('made', 'w').close(); lost = (i for i in range(3))", "cell-0")
    first.run("kept = [1]\ndef uses(): return lost", "cell-1")
    first.suspend()
    return notebook, notebook.open()


def test_a_lost_name_is_explained_with_the_cell_that_makes_it(with_a_lost_generator):
    _, kernel = with_a_lost_generator
    line = last_line(kernel.run("kept, lost", "cell-2"))
    assert line.startswith("lost did not come back with this session: it cannot be stored (generator")
    assert "cell [1] must not run again: it wrote a file" in line
    assert line.endswith("run cell [1] (open('made', 'w').close(); lost = (i for i in range(3))).")
    assert last_line(kernel.run("uses()")) == line


def test_it_is_explained_in_a_later_life_as_well(with_a_lost_generator):
    notebook, kernel = with_a_lost_generator
    kernel.run("kept.append(2)", "cell-2")
    kernel.suspend()
    line = last_line(notebook.open().run("lost", "cell-2"))
    assert line.startswith("lost did not come back with this session: ") and "run cell [1] (open(" in line


def test_other_errors_and_names_are_left_alone(with_a_lost_generator):
    _, kernel = with_a_lost_generator
    kernel.run("module = __import__('types').ModuleType('module'); exec('def f(): return lost', module.__dict__)")
    for source in ("nowhere", "kept.lost", "module.f()", "def local():\n    print(lost)\n    lost = 1\nlocal()", "raise NameError('lost')"):
        assert "did not come back" not in kernel.run(source).traceback, source
    kernel.run("lost = 1"), kernel.run("del lost")
    assert last_line(kernel.run("lost")) == "NameError: name 'lost' is not defined"


def test_a_name_of_a_cell_behind_the_save_that_did_not_run_again(notebook):
    first = notebook.open(FERRY_SAVE="manual")
    first.run("a = 1", "cell-0")
    first.run("%checkpoint")
    first.run("open('made', 'w').close(); behind = 2", "cell-1")
    first.kill()
    line = last_line(notebook.open(FERRY_SAVE="manual").run("behind", "cell-2"))
    assert line == ("behind: cell [3] (open('made', 'w').close(); behind = 2), which assigns it, ran after the last save and was not "
                    "run again by itself: it wrote a file (made). Run it again.")


def test_a_name_of_the_cell_that_was_running(notebook):
    first = notebook.open()
    first.run("a = 1", "cell-0")
    first.run("%checkpoint")
    request = first.send("print('runs', flush=True); import time; time.sleep(600)\nlate = 1", "cell-1")
    first.wait_for_output(request, "runs")
    first.kill()
    line = last_line(notebook.open().run("late", "cell-2"))
    assert line.startswith("late: cell [3] (print('runs', flush=True)") and line.endswith("and was not run again. Run it again.")


READS = """
import kernelferry.session.session as s
reads, records = [], s.Session.records
s.Session.records = lambda session: reads.append(1) or records(session)
"""


def test_a_session_that_was_never_left_reads_no_log_for_it(notebook):
    kernel = notebook.open(FERRY_SAVE="manual")
    assert kernel.run(READS, "cell-0").status == "ok"
    assert last_line(kernel.run("nowhere", "cell-1")) == "NameError: name 'nowhere' is not defined"
    assert kernel.evaluate(["len(reads)"]) == ["0"]


def test_after_a_restart_nothing_is_said(with_a_lost_generator):
    _, kernel = with_a_lost_generator
    kernel.restart(now=False)
    assert last_line(kernel.run("lost")) == "NameError: name 'lost' is not defined"
