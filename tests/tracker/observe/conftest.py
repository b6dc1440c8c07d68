"""A session as the engine runs it: cells in a real `__main__`, one code object a statement, each shown to the observer."""
import ast
import sys
import types

import pytest

from kernelferry import _ferry


class Component:
    """What Observer.learn reads of one component of a look."""

    def __init__(self, names, mentions=(), escaped=False, door=False, exports=(), needs=()):
        self.names, self.mentions, self.escaped, self.door = sorted(names), list(mentions), escaped, door
        self.exports, self.needs = list(exports), list(needs)


class Session:
    def __init__(self):
        self.module = types.ModuleType("__main__")
        self.ns = self.module.__dict__
        self.ns["__builtins__"] = __builtins__
        self.observer = _ferry.Observer(self.ns)

    def run(self, source):
        """Runs one cell and returns its record; an exception ends the cell, not the test."""
        self.observer.before(source)
        status = "ok"
        try:
            for statement in ast.parse(source).body:
                code = compile(ast.Module([statement], []), "<cell>", "exec")
                self.observer.saw_code(code)
                exec(code, self.ns)
        except Exception:
            status = "error"
        return self.observer.after(status)

    def cells(self, *sources):
        """Runs the cells; the record of the last."""
        return [self.run(source) for source in sources][-1]

    def learn(self, *components):
        """A look whose components are these; every other name is one alone without code."""
        named = {name for c in components for name in c.names}
        rest = [Component([n]) for n in _ferry.user_names(self.ns) if n not in named]
        self.observer.learn(types.SimpleNamespace(components=[*components, *rest]))


@pytest.fixture
def session():
    before = sys.modules["__main__"]
    session = Session()
    sys.modules["__main__"] = session.module
    yield session
    sys.modules["__main__"] = before


def touched(record):
    return {*record.reads, *record.writes, *record.deletes}


@pytest.fixture
def component():
    return Component
