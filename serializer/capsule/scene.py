"""What the process is like when a cell starts, and the same again for a replay of the cell.

A cell that runs again must meet what it met: the folder it stood in, the filters of warnings, options of libraries that
other cells changed before and after it. Before every cell these parts are read and held against what the cell before it
met; only what moved goes into the record (`Met` of tracker/graph/record.h), so that a cell costs some 20 us and most
records hold nothing. Values that look like secrets are not kept, as in the item `environ`.

A part that was nothing else than when the process started is written without a value: a later process then means its own
start, whose folder and environment may be others. Generators of randomness are not here: the record keeps them where a
cell drew (generator.py).
"""
import pickle

from .pack import reason
from .scene_parts import PARTS

BEGUN = ""  # the item with which a life begins
UNKNOWN = pickle.dumps(None, 5)  # a value that could not be kept
UNSEEN = object()  # a part that cannot be read now: a folder that was removed, for one


def look(part, shell):
    """No cell stays without a record because a part of what it meets cannot be read."""
    try:
        return part.get(shell)
    except Exception:
        return UNSEEN


def equal(one, other) -> bool:
    """Of values that may hold arrays, or what else refuses to be compared: such a value differs."""
    try:
        return bool(one == other)
    except Exception:
        return False


class Scene:
    """The parts of one process. Main thread only."""

    def __init__(self, shell=None):
        """Taken when the engine is ready, before the first cell."""
        self.shell, self.start = shell, self.now(shell)
        self.last = None  # what the newest cell met; None: no cell yet

    @staticmethod
    def now(shell) -> dict:
        return {name: look(part, shell) for name, part in PARTS.items()}

    def begun(self, name):
        """A part as it is when the process starts; None where its library is not loaded."""
        return PARTS[name].default if self.start[name] is None else self.start[name]

    def moved(self) -> list[tuple[str, bytes]]:
        """What the cell that starts now meets otherwise than the one before it."""
        found = []
        if self.last is None:
            found.append((BEGUN, b""))
            self.last = {name: self.begun(name) for name in PARTS}
        for name, part in PARTS.items():
            value, before = look(part, self.shell), self.last[name]
            if value is not before and value is not None and not equal(value, before):
                self.last[name] = value
                found.append((name, b"" if equal(value, self.begun(name)) else self._kept(name, value)))
        return found

    def _kept(self, name, value) -> bytes:
        if value is UNSEEN:
            return UNKNOWN
        try:
            return pickle.dumps(PARTS[name].keep(value, self.start[name]), 5)
        except Exception:  # a class of the session, for one
            return UNKNOWN

    def put(self, met: dict[str, bytes]) -> str:
        """Makes every part what it was for a cell; met: of meetings(). Returns what could not be, or ""."""
        for name in PARTS:
            data = met.get(name, b"")
            if data == UNKNOWN:
                return f"{name} cannot be what it was"
            try:
                value = PARTS[name].take(pickle.loads(data), self.start[name]) if data else self.begun(name)
                self._set(name, value)
            except Exception as error:
                return f"{name} cannot be what it was ({reason(error)})"
        return ""

    def put_back(self, values: dict) -> None:
        """values: of now()."""
        for name, value in values.items():
            self._set(name, self.begun(name) if value is None else value)

    def _set(self, name, value):
        now = look(PARTS[name], self.shell)
        if value is not None and value is not UNSEEN and now is not None and not equal(now, value):
            PARTS[name].put(self.shell, value)


def meetings(records) -> dict[int, dict[str, bytes] | None]:
    """execution -> what its cell met, by the records of a log in order; None where they do not say."""
    found, state = {}, None
    for record in records:
        for met in record.met:
            if met.item == BEGUN:
                state = {}
            elif state is not None:
                state = {**state, met.item: met.data}
        found[record.execution] = state
    return found
