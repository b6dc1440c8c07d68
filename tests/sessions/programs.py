"""Random small programs as sessions: cells that make, share, change, rebind and delete all kinds of things.

A program is drawn from a seed. It knows of each variable what it is, so that most statements make sense; which cells raise
is found out by running it once. Programs are compared by an account of the namespace that shares nothing with the walker
(canon.py), beside all that the harness compares anyway.
"""

from __future__ import annotations

import random

from tests.sessions.session_file import Cell, Session

START = "import collections, copy, dataclasses, functools, random, types\nimport numpy as np\nrandom.seed(7); np.random.seed(7)"
# (what it makes, statement). {n} is a new or an old name; {any}, {list} ... are variables of a kind; {i} a small number.
STATEMENTS = [
    ("list", "{n} = [{i}, {i}]"), ("list", "{n} = [{any}, {any}]"), ("list", "{n} = list(range({i}))"), ("", "{list}.append({any})"),
    ("", "{list}.insert(0, {i})"), ("", "{list}[:] = {list}[::-1]"), ("", "{list} += [{any}]"), ("list", "{n} = {list}[:2]"), ("", "{list}.clear()"),
    ("dict", "{n} = {{'a': {any}, 'b': {i}}}"), ("", "{dict}['k{i}'] = {any}"), ("", "{dict}.pop('a', None)"), ("dict", "{n} = dict({dict})"),
    ("dict", "{n} = {{k: {any} for k in 'xyz'}}"), ("set", "{n} = {{'s%d' % k for k in range({i} + 3)}}"), ("", "{set}.add('t{i}')"),
    ("", "{set}.discard('s1')"), ("str", "{n} = {set}.pop() if {set} else ''"), ("tuple", "{n} = ({any}, {any})"), ("str", "{n} = 'ab' * {i}"),
    ("float", "{n} = float('nan')"), ("float", "{n} = random.random()"), ("float", "{n} = {i} / 7"), ("list", "{n} = [{float}, {float}]"),
    ("array", "{n} = np.arange({i} + 8.0)"), ("array", "{n} = {array}[2:7]"), ("array", "{n} = {array}[::2]"), ("", "{array}[{i} % 3] += 1"),
    ("", "{array} *= 2"), ("array", "{n} = {array} + 1"), ("array", "{n} = np.random.rand(4)"), ("array", "{n} = {array}.reshape(-1, 1).ravel()"),
    ("class", "class {C}:\n    shared = []\n    def __init__(self, v): self.v = v\n    def put(self, x): self.shared.append(x); return self\n"
              "    def look(self): return {any}"),
    ("class", "class {C}({class}):\n    def put(self, x): self.last = x; return super().put(x)"), ("object", "{n} = {class}({any})"),
    ("", "{object}.v = {any}"), ("", "{object}.put({any})"), ("list", "{n} = {object}.shared"), ("method", "{n} = {object}.put"), ("", "{method}({i})"),
    ("", "{class}.extra{i} = {any}"), ("function", "def {n}(x):\n    {list}.append(x)\n    return {any}"),
    ("function", "def {n}(x, acc={list}):\n    acc.append(x)\n    return acc"),
    ("function", "def make():\n    state = [{any}]\n    def {n}(x):\n        state.append(x)\n        return len(state)\n    return {n}\n{n} = make()\ndel make"),
    ("", "{function}({i})"), ("list", "{n} = [{function}({i})]"), ("function", "{n} = lambda x: ({any}, x)"), ("", "{function}.note = {any}"),
    ("partial", "{n} = functools.partial({function}, {i})"), ("", "{partial}()"), ("gen", "{n} = (x for x in {list})"), ("", "next({gen}, None)"),
    ("iter", "{n} = iter({list})"), ("", "next({iter}, None)"), ("copy", "{n} = copy.deepcopy({any})"), ("list", "{n} = [x for x in {list}][:4]"),
    ("", "del {any}"), ("", "{list}.append(0); 1 / 0"), ("", "globals()['{n}'] = {any}"), ("", "exec('{list}.append({i})')"),
    ("", "for {n} in {list}[:3]: pass"), ("", "{any}, {any} = {any}, {any}"),
    ("deque", "{n} = collections.deque({list}, maxlen=4)"), ("", "{deque}.append({any})"), ("", "{deque}.rotate({i})"),
    ("defaults", "{n} = collections.defaultdict(list, k={list})"), ("", "{defaults}['k{i}'].append({any})"),
    ("ordered", "{n} = collections.OrderedDict(a={any}, b={i})"), ("", "{ordered}.move_to_end('a')"), ("", "{ordered}['c{i}'] = {any}"),
    ("layers", "{n} = collections.ChainMap({{}}, {dict})"), ("", "{layers}['c{i}'] = {any}"), ("buffer", "{n} = bytearray(b'abc' * {i})"),
    ("", "{buffer}[0] = {i}"), ("", "{buffer} += b'z'"), ("bare", "{n} = types.SimpleNamespace(a={any})"), ("", "{bare}.b = {any}"),
    ("slotted class", "class {C}:\n    __slots__ = ('v', 'w')\n    def __init__(self, v): self.v = v"), ("slotted", "{n} = {slotted class}({any})"),
    ("", "{slotted}.w = {any}"), ("record class", "@dataclasses.dataclass\nclass {C}:\n    x: int\n    y: list = dataclasses.field(default_factory=list)"),
    ("record", "{n} = {record class}({i})"), ("", "{record}.y.append({any})"), ("list", "{n} = {record}.y"),
    ("boxes", "{n} = np.empty(2, object)\n{n}[0] = {any}"), ("", "{boxes}[1] = {any}"), ("table", "{n} = np.zeros(3, dtype=[('a', 'i4'), ('b', 'f8')])"),
    ("array", "{n} = {table}['b']"), ("", "{table}['a'][1] = {i}"), ("", "np.add.at({array}, [0, 0], 1)"), ("array", "{n} = {array}[:, None].T"),
    ("", "{object}.__class__ = {class}"), ("", "{function}.__defaults__ = ({any},)"), ("", "{class}.seen{i} = property(lambda self: {any})"),
    ("list method", "{n} = {list}.append"), ("", "{list method}({i})"), ("", "{class}.shared = {list}"), ("dict", "{n} = vars({object})"),
]
NAMES = [f"v{i}" for i in range(9)]
KINDS = [*dict.fromkeys(made for made, _ in STATEMENTS if made), "any"]


class Program:
    def __init__(self, seed: int, cells: int = 7):
        self.random, self.kinds = random.Random(seed), {}
        self.classes = 0
        self.cells = [START] + ["\n".join(self._statement() for _ in range(self.random.randint(1, 4))) for _ in range(cells)]

    def _statement(self) -> str:
        while True:
            made, template = self.random.choice(STATEMENTS)
            text = self._filled(template)
            if text is not None:
                if made:
                    self.kinds[self.name] = made
                elif text.startswith("del "):
                    del self.kinds[text.removeprefix("del ")]
                return text

    def _filled(self, template: str) -> str | None:
        self.name = f"C{self.classes}" if "{C}" in template else self.random.choice(NAMES)
        self.classes += "{C}" in template
        text = template.replace("{n}", self.name).replace("{C}", self.name)
        while "{i}" in text:
            text = text.replace("{i}", str(self.random.randint(1, 9)), 1)
        for kind in KINDS:
            while "{" + kind + "}" in text:
                known = sorted(n for n, k in self.kinds.items() if kind in ("any", k) and not (kind == "any" and n == self.name))
                if not known:
                    return None
                # `x += y` and the like name one variable twice: the same one.
                chosen = self.random.choice(known)
                whole = kind in ("list", "array", "set") and template.count("{" + kind + "}") > 1 and not template.startswith("{n}")
                text = text.replace("{" + kind + "}", chosen, -1 if whole else 1)
        return text.replace("{{", "{").replace("}}", "}")


def session(seed: int) -> Session:
    """The program of a seed, with the errors that its cells end in."""
    program, namespace, cells = Program(seed), {"__name__": "__main__"}, []
    for source in program.cells:
        raises = ""
        try:
            exec(compile(source, "<program>", "exec"), namespace)
        except Exception as error:
            raises = type(error).__name__
        cells.append(Cell(source, raises))
    return Session(f"program-{seed}", cells, description=f"random program {seed}", lost=None, canonical=True, output_varies=True)
