"""Idle suspend: after a time without a cell (FERRY_SUSPEND) the engine ends and its memory is free; the next cell wakes it.

Only a session that loses nothing by it: all of it is saved, nothing of it is lost or needs an image, and no thread, task or
process of the user's goes on. What speaks against it is looked at again after another such time.
"""

import asyncio
import os
import time

from kernelferry.objects import threads


class Sleep:
    def __init__(self, session):
        self.session = session
        self._looked = time.monotonic()
        self.stays = None  # why the session was not suspended when it was time

    def deadline(self):
        """Seconds until it is time to look; None: never."""
        if self.session.config.suspend is None or self.session.saver.newest is None:
            return None
        return max(0.0, max(self._looked, self.session.saver.pace.ran) + self.session.config.suspend - time.monotonic())

    def slice(self):
        """Tells the engine to end where that is due (as a cell does that asks for it)."""
        if self.deadline() != 0.0 or not self.session.saver.clean:
            return
        self._looked = time.monotonic()
        self.stays = self.why_not()
        if self.stays is None:
            self.session.shell.exit_now = True

    def why_not(self):
        """What would be lost, or None."""
        session = self.session
        if session.arrivals.busy or session.arrivals.torn or session.moving.away:
            return "the session comes or goes"
        if getattr(session.shell, "ferry_tell_relay", None) is None:
            return "nobody would wake it"
        lost = [name for entry in session.saver.newest.components if entry.way not in ("stored", "replayed") for name in entry.names]
        if lost:
            return f"would not come back: {', '.join(lost[:3])}"
        running = threads.of_session()
        if running:
            return f"a thread goes on: {running[0].name}"
        if any(not task.done() for task in asyncio.all_tasks(asyncio.get_event_loop_policy().get_event_loop())):
            return "a task goes on"
        if _children():
            return "a process goes on"
        return None


def _children():
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            return children.read().split()
    except OSError:
        return []
