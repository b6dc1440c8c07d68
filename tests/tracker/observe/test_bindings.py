"""What a cell binds, rebinds and deletes, by its instructions and by what is bound afterwards."""
import random

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kernelferry import _ferry

BINDS = {
    "assignment": ("x = 1", {"x"}),
    "augmented": ("x += 1", {"x"}),
    "walrus": ("(y := 3)", {"y"}),
    "walrus in a comprehension": ("[(y := i) for i in range(2)]", {"y"}),
    "for": ("for i in range(2): pass", {"i"}),
    "import": ("import math as m", {"m"}),
    "import from": ("from math import pi, e as e_", {"pi", "e_"}),
    "function": ("def f(): return 1", {"f"}),
    "class": ("class A:\n  inside = 1", {"A"}),
    "with": ("import contextlib\nwith contextlib.nullcontext(5) as w: pass", {"contextlib", "w"}),
    "except": ("try: 1/0\nexcept ZeroDivisionError as error: kept = 1", {"kept"}),
    "match": ("match [1, 2, 3]:\n  case [a, *rest]: pass", {"a", "rest"}),
    "unpacking": ("(a, (b, *c)) = 1, (2, 3)", {"a", "b", "c"}),
    "annotated": ("n: int = 5", {"n"}),
    "global in a function": ("def f():\n  global g\n  g = 1\nf()", {"f", "g"}),
    "global in a nested function": ("def f():\n  def h():\n    global g\n    g = 1\n  h()\nf()", {"f", "g"}),
    "global in a class body": ("class A:\n  global g\n  g = 1", {"A", "g"}),
    "a name beyond ASCII": ("größe = 1", {"größe"}),
    "decorated": ("def d(f): return 5\n@d\ndef x(): pass", {"d", "x"}),
    "a branch not taken": ("if x == 2: x = 3\nelse: y = 1", {"x", "y"}),
    "nothing": ("x", set()),
}


@pytest.mark.parametrize("source, writes", BINDS.values(), ids=BINDS)
def test_binds(session, source, writes):
    session.run("x = 1")
    assert set(session.run(source).writes) == writes


def test_import_star(session):
    assert {"pi", "sqrt"} <= set(session.run("from math import *").writes)


def test_rebinding_in_an_earlier_function(session):
    session.cells("k = 1", "def f():\n  global k\n  k = 2", "def g(): f()")
    assert "k" in session.run("g()").writes


def test_a_store_that_binds_the_same_object_is_a_write(session):
    assert session.cells("x = None", "x = None").writes == ["x"]


@pytest.mark.parametrize("source", ["del x", "def f():\n  global x\n  del x\nf()", "for x in [1]: pass\ndel x"])
def test_deletes(session, source):
    record = session.cells("x = [1]", source)
    assert record.deletes == ["x"] and "x" not in record.writes


def test_deleted_and_bound_again(session):
    record = session.cells("x = [1]; y = 2", "del x", "y = 3; x = [1]")
    assert record.writes == ["x", "y"] and record.deletes == []


def test_a_name_that_comes_and_goes_leaves_no_trace(session):
    record = session.run("t = 1\ndel t")
    assert (record.reads, record.writes, record.deletes) == ([], [], [])


def test_names_deleted_from_the_middle(session):
    session.run("\n".join(f"n{i} = [{i}]" for i in range(50)))
    record = session.run("del n3, n40\nn7 = 0\nn60 = 1")
    assert record.deletes == ["n3", "n40"] and record.writes == ["n60", "n7"]


@pytest.fixture
def shell(tmp_path):
    """An IPython shell without files of its own, whose module is `__main__` for as long as the test runs."""
    shell = InteractiveShell(ipython_dir=str(tmp_path), config=Config(HistoryManager={"enabled": False}))
    yield shell
    shell.restore_sys_module_state()


def test_user_names_are_not_those_of_the_shell(shell):
    shell.run_cell("x = 1\n_mine = 2\n__version__ = '3'\nimport math", store_history=True)
    shell.run_cell("x", store_history=True)
    assert _ferry.user_names(shell.user_ns) == ["__version__", "_mine", "math", "x"]


def test_open_and_exit_are_user_names_once_the_user_binds_them(shell):
    shell.run_cell("from gzip import open\nexit = [1]\nOut2 = _x = 3")
    assert _ferry.user_names(shell.user_ns) == ["Out2", "_x", "exit", "open"]


def test_keys_that_are_not_names():
    assert _ferry.user_names({1: 2, "a": 1, "_3": 1, "_i12": 1, "_ix": 1}) == ["_ix", "a"]


def test_status_is_recorded(session):
    assert session.run("1/0").status == "error"
    assert session.run("1").status == "ok"


KEYS = [*(f"_i{i}" for i in range(150)), *(f"n{i}" for i in range(40)), "exit", "open", 7]


def change(ns, choose):
    """Something that happens to a namespace: names bound, deleted, taken from its end, or all of it made anew."""
    kind = choose.choice(["bind", "bind", "bind", "delete", "pop", "again", "fill", "shell"])
    key = choose.choice(KEYS)
    if kind == "bind":
        ns[key] = choose.random()
    elif kind == "delete":
        ns.pop(key, None)
    elif kind == "pop":
        for _ in range(choose.randrange(4)):
            if len(ns) > 2:
                ns.popitem()
    elif kind == "again":  # the same names in another order, in a table of its own
        kept = list(ns.items())
        choose.shuffle(kept)
        ns.clear()
        ns.update(kept)
    elif kind == "fill":
        ns.update((key, choose.random()) for key in choose.sample(KEYS, 30))
    else:
        ns["exit"] = exit


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_to_the_namespace_is_what_the_record_says(session, seed):
    choose, ns = random.Random(seed), session.ns

    def users():
        return {name: ns[name] for name in _ferry.user_names(ns)}

    for _ in range(60):
        for _ in range(choose.randrange(3)):
            change(ns, choose)  # between two cells: belongs to none
        session.observer.before("")
        before = users()
        for _ in range(choose.randrange(5)):
            change(ns, choose)
        after = users()
        record = session.observer.after("ok")
        session.observer.saw_code(compile("0", "<cell>", "exec"))  # no cell: ignored
        assert record.deletes == sorted(before.keys() - after.keys())
        assert set(record.writes) >= {name for name in after if after[name] is not before.get(name)}
        assert set(record.writes) <= after.keys()


def test_a_record_knows_the_names_of_now_beside_many_of_the_shell(session):
    """A door takes in every name, also those that came since the cell began."""
    session.run("a = [1]\nb = [a]")
    for i in range(2000):
        session.ns[f"_i{i}"] = str(i)
    session.run("c = [2]\ndel a\nexec('c.append(b)')")
    assert set(session.run("c").reads) == {"b", "c"}
