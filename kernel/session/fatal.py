"""Cells that ended the engine when they ran again, and the engine that comes back without them.

Before a recorded cell runs again its number stands in the file `replaying` of the session's folder (docs/format.md). Where it
crashes, the process is gone at once; where it hangs and no interrupt ends it, a thread that needs no lock of Python's ends the
process after GRACE. Either way the next engine finds the note, remembers the cell in session.json, and brings the session back
without it: what it made comes by its stored form, or is named. So each attempt leaves out at least one cell more than the one
before; after MOST of them no cell runs again by itself.
"""

import contextlib
from json import dumps, loads  # as they are now: a cell may put others in their place
from pathlib import Path

from kernelferry import _ferry

from .own import own_command

GRACE = 10.0  # seconds from a cell's deadline, when the first interrupt comes, to the end of the engine
MOST = 4  # cells in a row that end an engine
ENDED = "ended the engine when it ran again"


class FatalCells:
    """Main thread only. `found`: the note that the engine before this one left, or None."""

    def __init__(self, session):
        self._session = session
        kept = session.info.get("fatal") or {}
        self._cells = {(sid, execution): why for sid, execution, why in kept.get("cells", ())}
        self._in_a_row = kept.get("in_a_row", 0)
        self.found = read(session.writer.folder)
        if self.found is not None:
            self.learn(self.found)
            remove(session.writer.folder)

    def learn(self, note):
        self._cells[note["session"], note["execution"]] = note["why"]
        self._in_a_row += 1
        self._keep()

    def came_back(self):
        """A resume is over: the engine lives."""
        if self._in_a_row:
            self._in_a_row = 0
            self._keep()

    def forgive(self, executions):
        """The user lets them run again."""
        self._cells = {(sid, execution): why for (sid, execution), why in self._cells.items() if sid != self._session.sid or execution not in executions}
        self._keep()

    def _keep(self):
        self._session.remember(fatal={"cells": [[*cell, why] for cell, why in self._cells.items()], "in_a_row": self._in_a_row})

    def reasons(self, reader):
        """execution -> what it did to the engine, for the planner: of the cells of the session that `reader` reads."""
        known = {execution: why for (sid, execution), why in self._cells.items() if sid == Path(reader.folder).name}
        if self._in_a_row < MOST:
            return known
        others = {record.execution: f"was left out after {MOST} others that ended the engine" for record in reader.records() if hasattr(record, "execution")}
        return {**others, **known}

    def asked(self):
        """The generation that the first command of this life asks for, if it is the %resume that the engine before ended in; None."""
        found, session = self.found, self._session
        again = found is not None and found["asked"] and found["session"] == session.sid and session.execution - session.born <= 1
        return found["generation"] if again else None

    def line(self):
        """What a person reads of the cell in which the engine before this one ended; None."""
        if self.found is None or self.found["session"] != self._session.sid:
            return None
        cell = self.found["cell"]
        return f"cell [{cell}] {self.found['why']}, and was left out; %session replay-ok {cell} lets it run once more"

    @contextlib.contextmanager
    def watch(self, reader, generation, record, seconds):
        """Around a cell that runs again and is interrupted after `seconds`."""
        folder, running = self._session.writer.folder, self._session.recorder.running
        note = {"session": Path(reader.folder).name, "generation": generation, "execution": record.execution, "cell": record.count, "why": ENDED,
                "unseen": running is None or bool(own_command(running.source)), "asked": running is not None}
        late = {**note, "why": f"did not end within {seconds:.0f} s when it ran again, and no interrupt ended it"}
        with contextlib.suppress(OSError):  # a full disk: a crash in it is then one in the resume
            path(folder).write_text(dumps(note))
        overdue = _ferry.Overdue(str(path(folder)), dumps(late), seconds, GRACE)
        try:
            yield
        finally:
            overdue.over()
            remove(folder)


def path(folder):
    return Path(folder) / "replaying"


def read(folder):
    """The note in a session's folder, or None."""
    try:
        note = loads(path(folder).read_text())
        return {"session": str(note["session"]), "generation": int(note["generation"]), "execution": int(note["execution"]),
                "cell": int(note["cell"]), "why": str(note["why"]), "unseen": bool(note["unseen"]), "asked": bool(note["asked"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(folder):
    with contextlib.suppress(OSError):
        path(folder).unlink(missing_ok=True)
