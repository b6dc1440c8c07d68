"""A session without a kernel: a namespace that calls itself __main__, cells, and looks at it."""

import pytest

from kernelferry import _ferry


class Session:
    def __init__(self):
        self.namespace = {"__name__": "__main__"}
        self.walker = _ferry.Walker(self.namespace)

    def run(self, code):
        exec(compile(code, "<cell>", "exec"), self.namespace)
        return self

    @property
    def names(self):
        return [n for n in self.namespace if not n.startswith("_")]

    def look(self):
        """{name: component} of the whole namespace."""
        self.last = self.walker.look(self.names)
        return {name: c for c in self.last.components for name in c.names}

    def linked(self, *names):
        components = self.look()
        return len({components[n].number for n in names}) == 1

    def fingerprint(self, name):
        return self.walker.fingerprint(self.namespace[name])

    def changed(self, code):
        """Names of components that a cell changed."""
        def state():
            return {n: (c.fingerprint, tuple(c.exports), tuple(c.needs)) for n, c in self.look().items()}
        before = state()
        self.run(code)
        after = state()
        return {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}


@pytest.fixture
def session():
    return Session()
