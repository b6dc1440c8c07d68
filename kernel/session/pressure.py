"""Want of memory: said before the system ends the process for it, with everything saved first.

In a cell that fills the memory the engine says it by itself (server_side.cc). Here it is looked at after each cell, in idle
time: when little is left, the save comes at once, and what still is not saved is saved before the next cell runs.
"""

import logging

from kernelferry import _ferry

from . import report

log = logging.getLogger("kernelferry.session")


class Pressure:
    def __init__(self, session):
        self.session = session
        self.state = None  # of the last look: {limit, left, low, container, used}
        self._due = False

    def look(self):
        """How much is left now, or None where nobody can tell."""
        gauge = getattr(self.session.shell, "ferry_memory", None)
        if gauge is None:
            return None
        self.state = gauge(self.session.config.memory)
        return self.state

    @property
    def low(self):
        return self.state is not None and self.state["low"]

    def cell_ran(self):
        self._due = True

    def slice(self):
        """Once after a cell, in idle time."""
        if not self._due:
            return
        self._due = False
        state = self.look()
        if state is None or not state["low"]:
            return
        self.session.saver.pace.hurry()
        if state["news"]:
            self.session.notice(f"Memory is nearly full: {self.words()}.", ["When none is left, the system ends the kernel, and the session comes back as it was saved."])

    def words(self):
        state = self.state
        where = " of this container" if state["container"] else ""
        return f"{report.human_bytes(state['left'])} of {report.human_bytes(state['limit'])}{where} are left, and this kernel uses {report.human_bytes(state['used'])}"

    def before_cell(self):
        """What is not saved yet, where this cell may be the last; and what a warning within it says of that."""
        session = self.session
        if self.state is None:
            self.look()  # which also tells the engine what there is: the first cells may come before any idle time
        settled = not session.arrivals.torn and not session.arrivals.busy  # what is still to be loaded would need memory itself
        if self.low and settled and not session.saver.rests and session.config.save == "auto":
            try:
                session.keep()
            except _ferry.FerryError as error:
                session.saver.trouble(error)
        tell = getattr(session.shell, "ferry_safe", None)
        if tell is not None:
            newest = session.saver.newest
            tell(f"What ran before cell [{newest.execution_count}] is saved." if newest else "Nothing of this session is saved yet.")
