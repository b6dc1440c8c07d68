"""Code that reaches names it does not name, and code that only looks as if it did."""
import sys

import pytest

from kernelferry import _ferry

DOORS = {
    "globals": "globals()['x']",
    "globals in a function": "def f(): return globals()\nf()",
    "vars": "vars()",
    "vars kept": "v = vars",
    "locals of a cell": "locals()",
    "locals of a class": "class A: l = locals()",
    "dir": "dir()",
    "eval": "eval('x')",
    "exec": "exec('x = 1')",
    "import of the session": "import __main__",
    "from the session": "from __main__ import x",
    "session among the modules": "import sys\nsys.modules['__main__'].x",
    "import by name": "__import__('__main__')",
    "globals of a function": "def f(): pass\nf.__globals__",
    "frame": "import sys\nsys._getframe()",
    "frame by inspect": "import inspect\ninspect.currentframe()",
    "frame of a traceback": "try: 1/0\nexcept Exception as e: e.__traceback__.tb_frame",
    "computed query": "df = 1\ndf.query('a > ' + str(2)) if df > 1 else 1",
    "f-string query": "df = 1\ndf.query(f'a > {df}') if df > 1 else 1",
    "shell": "get_ipython().user_ns",
    "shell kept": "ip = get_ipython()",
    "run": "get_ipython().run_line_magic('run', 'a.py')",
    "reset": "get_ipython().run_line_magic('reset', '-f')",
    "an unknown magic": "get_ipython().run_cell_magic('mine', '', 'x')",
    "resume": "get_ipython().run_line_magic('resume', 'last')",
    "a magic of code that is none": "get_ipython().run_cell_magic('time', '', '!ls')",
}
HARMLESS = {
    "vars of an object": "class A: pass\nvars(A)",
    "dir of an object": "dir(1)",
    "locals of a function": "def f(): return locals()\nf()",
    "words": "print('eval', 'exec', 'globals')",
    "main idiom": "if __name__ == '__main__': x = 1",
    "query of a constant": "df = 1\ndf.query('a > 1', engine='python') if df > 1 else 1",
    "eval mode of a model": "m = 1\nm.eval() if m > 1 else 1",
    "magic": "get_ipython().run_line_magic('matplotlib', 'inline')",
    "shell command": "get_ipython().system('ls')",
    "timed": "get_ipython().run_cell_magic('time', '', 'x = 1')",
    "checkpoint": "get_ipython().run_line_magic('checkpoint', '')",
}


@pytest.fixture
def shell(session):
    class Shell:
        def __getattr__(self, name):
            return lambda *a: None

    session.ns["get_ipython"] = Shell


@pytest.mark.parametrize("source", DOORS.values(), ids=DOORS)
def test_door(session, shell, source):
    assert session.cells("x = [1]", source).door
    assert session.observer.door_reason


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_harmless(session, shell, source):
    assert not session.cells("x = [1]", source).door, session.observer.door_reason
    assert session.observer.door_reason == ""


def test_function_with_a_door(session):
    session.cells("x = [1]", "def f(): return globals()")
    assert session.run("f()").door
    assert not session.run("x").door


def test_holder_of_the_namespace(session):
    session.run("x = [1]; g = globals()")
    assert session.run("g['x'] = 2").door
    assert session.run("h = [{'in': g}]").door
    session.observer.learn(type("Look", (), {"components": []}))
    assert session.run("h[0]").door
    assert not session.run("x").door


def test_component_with_a_door(session, component):
    session.run("g = [1]")
    session.learn(component(["g"], door=True))
    assert session.run("g").door
    session.learn(component(["g"], mentions=["eval"]))
    assert session.run("g").door


REACHING = {
    "in a function": "def push():\n    import __main__\n    __main__.x.append(1)",
    "at its top": "import __main__ as session\nclass A:\n    def push(self): session.x.append(1)",
    "among the modules": "import sys\ndef push(): sys.modules['__main__'].x.append(1)",
    "by the shell": "from IPython import get_ipython\ndef push(): get_ipython().user_ns['x'].append(1)",
}


@pytest.mark.parametrize("source", [*REACHING.values(), "if __name__ == '__main__': print(globals())"], ids=[*REACHING, "not at all"])
def test_a_module_beside_the_notebook_that_leads_back_is_a_door_of_every_cell(session, tmp_path, monkeypatch, source):
    session.observer.install_audit_hook()
    (tmp_path / "ferry_beside.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    assert not session.cells("x = [1]", "y = x").door
    reaches = source in REACHING.values()
    assert session.run("import ferry_beside").door == reaches
    assert session.run("z = 1").door == reaches
    assert session.observer.closure([compile("y", "cell", "exec")])[1] == reaches
    assert not reaches or "ferry_beside.py" in session.observer.door_reason
    del sys.modules["ferry_beside"]


def test_own_magics_are_effects(session, shell):
    record = session.run("get_ipython().run_line_magic('checkpoint', 'label')")
    assert [(e.kind, e.detail, e.unsafe) for e in record.effects] == [("ferry", "%checkpoint", False)]


def test_what_a_door_hands_out_is_known_afterwards(session):
    """A door may have put anything into anything: two names share if that cannot be ruled out."""
    session.run("a = []; b = []; c = [5]")
    session.learn()
    session.run("exec('a.append(b)')")
    assert session.run("a").reads == ["a", "b"]
