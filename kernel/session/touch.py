"""What cells touched since the newest look, and so which variables no code can have changed since (docs/skipping.md).

The large buffers of such variables are believed to be as that look found them: to read them again would make every save
cost what the session weighs, not what changed. Whether that was ever wrong is audited: some looks believe nothing, and
what then differs although no cell touched it is a miss. After a miss nothing is believed any more in this process.
"""

import logging
import sys
from typing import NamedTuple

from kernelferry import _ferry

log = logging.getLogger("kernelferry.session")

AUDIT_EVERY = 20  # looks in idle time, of which one believes nothing


class Seen(NamedTuple):
    key: tuple
    fingerprint: str


def reach_of_classes(look):
    """Names that code of the session's classes may use, and what that leads to; None: everything. A library that holds a
    class (an accessor, a plug-in) may run its code in any cell, and references to classes are not counted (escape.cc)."""
    mentions, todo = {}, []
    for c in look.components:
        words = c.mentions
        mentions.update(dict.fromkeys(c.names, words))
        if any(isinstance(look.object(pid), type) for pid in c.exports):
            todo += words
    reach = set()
    while todo:
        name = todo.pop()
        if _ferry.is_door(name):
            return None
        if name in mentions and name not in reach:
            reach.add(name)
            todo += mentions[name]
    return reach


class Touch:
    """Main thread only."""

    def __init__(self):
        self.names = set()  # that cells touched since the newest look; None among them: all
        self.cells = 0  # that ran to their end since
        self.running = False  # one that has begun and of which there is no record yet
        self.beyond = False  # something else ran since, of which there is no record
        self.settled = {}  # name -> Seen: variables that change only when a cell touches them, by the newest look
        self.buffers = None  # of the newest look
        self.audits = {"runs": 0, "misses": 0}
        self.believed = set()  # names that the newest look believed something of
        self.believing = 0  # looks since one believed nothing

    # -- what happens

    def cell_begins(self):
        self.beyond |= self.running  # the one before ended without a record
        self.running = True

    def cell_ended(self, record):
        self.running = False
        self.cells += 1
        self.names.update((None,) if record.door else (*record.reads, *record.writes, *record.deletes))

    def everything(self):
        """What ran was no recorded cell: an expression of a front end, a step of a resume."""
        self.beyond = True

    def looked(self, look, believed):
        """The newest look, of the namespace as it is now, and what it believed."""
        self.believed, self.believing = set(believed), self.believing + 1 if believed else 0
        self.names, self.cells, self.beyond, self.buffers = set(), 0, False, look.buffers
        settled = [c for c in look.components if not (c.opaque or c.escaped or c.door)]
        beside = reach_of_classes(look)
        self.settled = {name: Seen(tuple(c.key), c.fingerprint) for c in settled for name in c.names
                        if beside is not None and beside.isdisjoint(c.names)}

    # -- what follows from it

    def touched(self, names):
        """Whether a cell since the newest look touched one of these."""
        return None in self.names or not self.names.isdisjoint(names)

    def untouched(self):
        """The variables that can only be as the newest look found them.

        None before a cell ran: what threads and timers may change belongs to the cells (tracker/observe), and none of
        them has said it yet.
        """
        if self.audits["misses"] or self.running or self.beyond or not self.cells or None in self.names or "debugpy" in sys.modules:
            return set()
        claimed = {self.settled[name].key for name in self.names if name in self.settled}
        return {name for name, seen in self.settled.items() if seen.key not in claimed and name not in self.names}

    def audit_due(self):
        return self.believing >= AUDIT_EVERY

    def audit(self, look, untouched, believed=()):
        """Compares what a look found with what could not have changed -> the names that did."""
        now = {name: c for c in look.components for name in c.names} if untouched else {}
        missed = sorted(name for name in untouched if not self._as_it_was(name, now.get(name)))
        if not believed and untouched:
            self.audits["runs"] += 1
        if missed:
            self.audits["misses"] += len(missed)
            log.error("changed although no cell touched it: %s; saves of this session look at everything from now on", ", ".join(missed))
        return missed

    def _as_it_was(self, name, component):
        seen = self.settled[name]
        if component is None:
            return False
        same = (tuple(component.key), component.fingerprint) == (seen.key, seen.fingerprint)
        return same or self.touched(component.names)  # by now it shares with what a cell touched

    def calm(self, untouched, moved):
        """Of what could not have changed before the newest look: what cannot have changed while `moved` was encoded,
        either. Encoding runs what code the user's classes have for it."""
        if any(component.mentions for component in moved):
            return set()
        names = {name for component in moved for name in component.names}
        return {name for name in untouched if name in self.settled and name not in names}
