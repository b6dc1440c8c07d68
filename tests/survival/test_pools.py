"""What cells give to joblib's pool of processes, and what goes on beside them, decides whether they may run again."""

import pytest

LIBRARY = """
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
x, y = make_classification(60, random_state=0)
"""
GIVES = "scores = cross_val_score(LogisticRegression(), x, y, n_jobs=2)"


def of_last_cell(kernel):
    told = kernel.magic("%session effects")["effects"]
    last = max(effect["cell"] for effect in told)
    return {(effect["kind"], effect["detail"], effect["unsafe"]) for effect in told if effect["cell"] == last and effect["kind"] in ("subprocess", "running", "thread")}


def ran(kernel, *cells):
    for number, source in enumerate(cells):
        answer = kernel.run(source, f"c{number}")
        assert answer.status == "ok", answer.error
    return of_last_cell(kernel)


def test_what_a_library_gives_may_run_again(notebook):
    notebook.write(*(f"c{n}" for n in range(4)))
    kernel = notebook.open()
    effects = ran(kernel, LIBRARY, GIVES, GIVES)  # the second time the pool is there
    assert ("subprocess", "the pool of joblib", False) in effects and not any(unsafe or kind == "running" for kind, _, unsafe in effects), effects
    assert ran(kernel, "import time; now = time.time()") == set()


GONE = """
import collections, weakref
kept = collections.UserList()
gone = weakref.proxy(kept)
del kept
"""


def test_what_a_proxy_refers_to_is_not_asked_for(notebook):
    notebook.write(*(f"c{n}" for n in range(3)))
    assert ("subprocess", "the pool of joblib", False) in ran(notebook.open(), LIBRARY, GONE, GIVES)


CODE = {  # cells before the one that gives
    "a function": ["def score(model, x, y): return 1.0"],
    "a library's function that the session gives": ["from joblib import Parallel, delayed"],
    "a module of one's own": ["import sys; sys.path.insert(0, '.')\nimport helps"],
    "a script": ["%run helps.py"],
}


@pytest.mark.parametrize("cells", CODE.values(), ids=CODE)
def test_what_the_session_may_have_given_may_not(notebook, cells):
    (notebook.folder / "helps.py").write_text("def score(model, x, y): return 1.0\n")
    notebook.write(*(f"c{n}" for n in range(4)))
    effects = ran(notebook.open(), LIBRARY, *cells, GIVES)
    assert ("subprocess", "the pool of joblib", True) in effects and not any(kind == "running" for kind, *_ in effects), effects


def test_what_the_session_said_in_an_earlier_life_counts(notebook):
    notebook.write(*(f"c{n}" for n in range(4)))
    kernel = notebook.open()
    ran(kernel, LIBRARY, "f = lambda: 0", "del f")
    kernel.kill()
    assert ("subprocess", "the pool of joblib", True) in ran(notebook.open(), GIVES)
