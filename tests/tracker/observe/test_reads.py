"""What a cell reads by its own code: which names, and whether their value of before counts."""
import pytest

READS = {
    "name": ("x", {"x"}),
    "only bound": ("x = 1", set()),
    "bound, then read": ("x = 1\nprint(x)", set()),
    "bound, then read in one statement": ("for x in range(2): print(x)", set()),
    "read, then bound": ("print(x)\nx = 1", {"x"}),
    "augmented": ("x += [1]", {"x"}),
    "bound on one path only": ("if z:\n  if y: x = 1\n  print(x)", {"x", "y", "z"}),
    "bound on both paths": ("if y: x = 1\nelse: x = 2\nprint(x)", {"y"}),
    "bound in a loop that may be empty": ("if z:\n  for i in y: x = i\n  print(x)", {"x", "y", "z"}),
    "bound by the path that was taken": ("if y: x = 1\nprint(x)", {"y"}),
    "bound where it may fail": ("try: x = int('q')\nexcept ValueError: print(x)", {"x"}),
    "read in a handler": ("try:\n  x = 1\n  int('q')\nexcept ValueError: print(y)", {"y"}),
    "deleted": ("del x", set()),
    "in a function": ("def f(): return x", {"x"}),
    "in a lambda before it is bound": ("g = lambda: x\nx = 1\ng()", {"x"}),
    "in a comprehension": ("[x for i in range(2)]", {"x"}),
    "in a nested function": ("def f():\n  def g(): return x\n  return g", {"x"}),
    "in a class body": ("class A:\n  a = x", {"x"}),
    "as a default": ("def f(a=x): pass", {"x"}),
    "as an annotation": ("def f(a: x): pass", {"x"}),
    "in text": ("'a > @x'", {"x"}),
    "in an f-string": ("f'{x}'", {"x"}),
    "in text in a tuple": ("str(('a', ('x + 1',)))", {"x"}),
    "as a keyword": ("dict(x=1)", set()),
    "as an attribute": ("z.x", {"z"}),
    "as an imported name": ("from types import SimpleNamespace as x", set()),
    "as the name of its own class": ("class x: pass", set()),
    "in a docstring": ("def f():\n  'uses x'", set()),
    "a local of a function": ("def f(x): return x", set()),
    "awaited": ("async def f(): return await x", {"x"}),
    "matched": ("match y:\n  case [x]: print(x)", {"y"}),
}


@pytest.mark.parametrize("source, reads", READS.values(), ids=READS)
def test_reads(session, source, reads):
    session.run("x = [1]; y = [2]; z = 3")
    assert set(session.run(source).reads) == reads


def test_code_of_functions_is_followed(session):
    session.cells("k = []", "def f(): return k", "def g(): return f()")
    assert set(session.run("g()").reads) == {"g", "f", "k"}


def test_a_name_bound_by_an_earlier_statement_is_followed_but_not_read(session):
    session.cells("k = []", "def f(): return k")
    record = session.run("f = f\nh = f\nh()")
    assert set(record.reads) == {"f", "k"} and record.writes == ["f", "h"]


def test_no_more_than_named(session):
    session.cells("a = [1]", "b = [2]", "c = [a]")
    session.learn()
    assert session.run("z = 1").reads == []
    assert session.run("len(b)").reads == ["b"]


def test_arguments_of_code_magics(session):
    session.ns["get_ipython"] = lambda: type("Shell", (), {"run_line_magic": lambda *a: None})()
    session.run("x = 1; k = []")
    record = session.run("get_ipython().run_line_magic('time', 'x = len(k)')")
    assert "k" in record.reads and record.writes == ["x"] and not record.door


def test_components_of_the_newest_look(session, component):
    session.run("a = [1]; b = [2]; c = [3]; k = [4]")
    session.learn(component(["a", "b"], mentions=["k"]))
    assert session.run("a.append(1)").reads == ["a", "b", "k"]
    session.learn(component(["a", "b"]))
    assert session.run("a = 1").reads == ["a", "b"]       # a leaves b: the old whole is read
    session.learn()
    record = session.run("a = 2")
    assert record.reads == [] and record.writes == ["a"]


def test_code_that_a_component_needs_is_touched_with_it(session, component):
    session.run("a = [1]; A = [2]; b = [3]")
    session.learn(component(["a"], needs=[7]), component(["A"], exports=[7]))
    assert session.run("a").reads == ["A", "a"]
    assert session.run("A").reads == ["A"]


def test_names_that_shared_since_the_look(session):
    session.run("a = []; b = []; c = []; n = 1")
    session.learn()
    session.run("a.append(b); c; n")
    assert session.run("a[0].append(1)").reads == ["a", "b"]   # c was named beside them, but shares nothing
    session.run("a.clear()")
    assert "a" not in session.run("c.append(1)").reads


def test_a_function_of_a_library_is_touched_only_where_it_is_named(session, component):
    session.run("from contextlib import contextmanager as made; a = [1]")
    session.learn(component(["made"], escaped=True), component(["a"], escaped=True))  # each held by a module
    assert session.run("b = [made]").reads == ["a", "made"]
    assert session.run("c = [2]").reads == ["a"]


def test_large_values_count_as_shared(session):
    session.run("a = []; b = []")
    session.learn()
    session.run("a.append([[i] for i in range(10**4)]); b")
    assert session.run("a").reads == ["a", "b"]


def test_what_nobody_else_holds_shares_with_no_large_value(session):
    session.ns["give"] = lambda: session.ns["a"][7]  # it holds no name
    session.run("a = [([i],) for i in range(10**4)]")
    assert session.run("c = {'k': [1]}\nc['k'].append(2)").reads == []
    assert session.run("d = {'k': give()}\nd['k'][0].append(1)").reads == ["a", "give"]  # a tuple that `a` holds
    assert session.run("c").reads == ["c"]


def test_a_weak_reference_is_a_holder(session):
    session.run("import weakref; k = set(); m = set(); a = [[i] for i in range(10**4)]; a.append(weakref.ref(k))")
    session.learn()
    session.run("a.append(1); k.add(2); m.add(2)")
    assert session.run("m").reads == ["m"]
    assert "a" in session.run("k").reads


def test_views_share(session):
    np = pytest.importorskip("numpy")
    session.ns["np"] = np
    session.run("x = np.zeros(9); y = np.ones(9)")
    session.learn()
    session.run("v = x[2:5]; w = y.copy()")
    assert session.run("v[0] = 1").reads == ["v", "x"]
    assert "y" not in session.run("w[0] = 1").reads


def test_closure_before_a_cell_runs(session, component):
    session.run("a = [1]; b = [2]; c = [3]")
    session.learn(component(["a", "b"]))
    code = compile("f(a); q = 1; del w", "<cell>", "exec")
    names, door = session.observer.closure([code], {"f": ["g", "c"], "g": [], "w": [], "other": []})
    assert (names, door) == ({"a", "b", "c", "f", "g"}, False)
    assert session.observer.closure([code], {"f": ["globals"]})[1]
    assert session.observer.closure([compile("eval('a')", "<cell>", "exec")])[1]


def test_code_that_is_none_is_ignored(session):
    session.observer.saw_code(compile("a", "<cell>", "exec"))  # no cell has begun
    session.observer.before("1")
    session.observer.saw_code(None)
    assert session.observer.after("ok").reads == []
