"""The record of each cell: a note in the log before it runs, and after it what it read, wrote, mutated, cost and did.

Where the process is killed within a cell, the note says which cell that was. All of this is between request and reply: nothing
here may grow with the state.
"""

import asyncio
import os
import threading
import time

from kernelferry import _ferry
from kernelferry.objects import threads

from .hooks import guarded
from .own import own_command
from .pools import Pool, idle_threads


def going_on(shell) -> str:
    """What goes on beside the cells, in words, "" if nothing does: a cell may have given it something to do that it does later.
    Some 5 us where nothing does."""
    words = sorted(f"thread {thread.name}" for thread in {*threads.of_session()} - idle_threads()) if threading.active_count() > 1 else []
    main = getattr(getattr(shell, "kernel", None), "main", None)
    if main is not None:
        words += sorted(f"task {task.get_name()}" for task in asyncio.all_tasks(main.loop) if not task.done())
        words += ["a callback of asyncio" for handle in main.loop._scheduled if not handle.cancelled() and not _is_own(handle._callback)][:1]
    return ", ".join(words)


def _is_own(callback) -> bool:
    return (getattr(callback, "__module__", None) or "").startswith("kernelferry.")


class Recorder:
    """Writes one note and one record for each cell that has a source; Ferry's own magics are recorded and never replayed."""

    def __init__(self, session):
        self.session = session
        self.running = None  # the note of the cell that runs now
        self.transformed = ""  # its source, as IPython has made it
        self.clock = 0  # perf_counter_ns() when it began
        self.pool = Pool()

    @guarded()
    def begin(self, code, request, store_history):
        session = self.session
        self.running, self.transformed = None, code
        if not code.strip():
            return
        if not own_command(code):
            session.saver.touch.cell_begins()  # first: a cell of which no record can be made counts as one that touched everything
        session.execution += 1
        record = _ferry.CellRecord(
            execution=session.execution, count=session.shell.execution_count, cell_id=request.get("cell_id") or "", source=code,
            started_us=int(time.time() * 1e6), status="started", in_history=bool(store_history),
            tags=[tag for tag in request.get("tags") or () if tag.startswith("ferry:")])
        session.append(record)
        record.met = [_ferry.Met(item=item, data=data) for item, data in session.scene.moved()]
        self.running = record
        self.clock = time.perf_counter_ns()
        session.observer.before(code)

    def saw_source(self, raw, transformed):
        if self.running is not None and raw == self.running.source:
            self.transformed = transformed

    @guarded()
    def end(self, status):
        session = self.session
        note, self.running = self.running, None
        if note is None:
            return
        duration = (time.perf_counter_ns() - self.clock) // 1000
        record = session.observer.after(status)
        for field in ("execution", "count", "cell_id", "source", "started_us", "in_history", "tags", "met"):
            setattr(record, field, getattr(note, field))
        record.transformed, record.duration_us = self.transformed, duration
        if session.shell.logger.log_active:  # %logstart: no replay writes to that, and a resume tells that it has ended
            log = os.path.realpath(session.shell.logger.logfname)
            record.effects = [effect for effect in record.effects if (effect.kind, effect.detail) != ("file-write", log)]
        self.pool.read(record)
        heard = record.effects
        if given := self.pool.effects(heard, session.namespace):
            record.effects = [*heard, *given]
        if going := going_on(session.shell):
            record.effects = [*record.effects, _ferry.Effect(kind="running", detail=going, unsafe=False)]
        own = own_command(note.source)
        if own:  # only %resume touches the namespace
            record.effects = [_ferry.Effect(kind="ferry", detail="%" + own, unsafe=True)]
            if own != "resume":
                record.reads, record.writes, record.deletes, record.door = [], [], [], False
        session.append(record)
        session.graph.apply(record)
        if not own:
            session.saver.touch.cell_ended(record)
            session.saver.cell_ran()
            session.pressure.cell_ran()
