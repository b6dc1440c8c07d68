"""Whether and when a session comes back, and who is told of it (docs/interfaces.md, "Resumed by itself")."""

import functools
import logging
import os
import signal
from pathlib import Path

from kernelferry import _ferry

from .arrival import Arrival
from .behind import of_ferry
from .identity import notebook_cell_ids
from .own import own_command

log = logging.getLogger("kernelferry.session")


class Arrivals:
    """Whether and when this session comes back."""

    def __init__(self, session):
        self.session = session
        self.current = None  # the Arrival under way or done
        self.told = True
        self.waiting = None  # the manifest to begin with, while the notebook's cell ids are unknown until its first request
        self.torn = False  # one broke off: until the user decides, no save takes what is here for the whole session
        self.clean_at_cell = False  # the first cell that runs makes the empty namespace the state to come back to
        self.interrupted = None  # the note of the cell that was running when the session ended
        self.recorded = set()
        self.offered = None
        self.offer = None  # the notice that a session could be brought back

    @property
    def busy(self):
        return self.waiting is not None or (self.current is not None and not self.current.done)

    def pending_names(self):
        if self.current is None or self.current.done:
            return []
        return sorted(n for key in self.current.loader.pending() for n in self.current.loader.states[key].entry.names)

    # -- by itself

    def consider(self, reader, records):
        """At the start: the rules of docs/interfaces.md, "Resumed by itself"."""
        session, info = self.session, self.session.info
        manifests, ended = reader.generations(), info.get("ended", "")
        self.offered = (reader, records)
        clean = info.get("clean") or {"life": 0, "execution": 0}
        saver = session.saver
        saver.newest = manifests[0] if manifests else None
        saver.looks.looked = session.execution
        manifest = self.newest(manifests, clean["life"], clean["execution"])
        self.recorded = {r.cell_id for r in records if getattr(r, "cell_id", "") and r.execution > clean["execution"]}
        broke = session.start == "crash-in-resume" or info.get("resuming")
        if broke:
            session.remember(resuming=False)
        if broke and session.fatal.found is None:
            self.offer = session.notice("The last start ended while this session was being brought back, so it was not tried again.",
                           ["%resume --dry-run shows what is there, %resume brings it back"])
            self._start_clean()
        elif session.start == "restart" or ended == "restart":
            self._explain(manifests)
            self._start_clean()
        elif manifest is None:
            self._explain(manifests)
            self.clean_at_cell = bool(manifests)
        elif session.config.resume == "never":
            self.clean_at_cell = True
        elif session.start in ("crash", "crash-in-resume", "wake"):  # the same kernel goes on in a new engine
            self.begin(manifest)
        elif session.anonymous:
            log.info("anonymous: %s", session.anonymous)
        else:
            self._consider_notebook(manifest)
        if self.current is not None and not manifest.components and manifest.executions == session.born:
            self.told = True  # nothing to tell of: after a clean start the session ended before it had any variable
            self._explain([m for m in manifests if m.components])

    def rehearse(self, reader, records):
        """In a scratch engine: the newest generation, whatever the rules say; then nothing more."""
        from .rehearsal_run import short  # no other start waits for it
        _ferry.end_when_memory_is_low(str(short(self.session.writer.folder)), self.session.config.memory)
        self.offered = (reader, records)
        self.begin(reader.generations()[0])

    def newest(self, manifests, life=0, execution=0):
        """What there is to come back to: the newest generation since the namespace was empty (at the start of `life`,
        after `execution`); where the session ended before one was saved, an empty one with the log behind it; or None."""
        found = next((m for m in manifests if m.life >= life), None)
        if found is None and any(r.execution > execution and not of_ferry(r) for r in self.session.records()):
            found = _ferry.Manifest(life=life, executions=execution, next_pid=self.session.walker.next_pid)
        return found

    def _consider_notebook(self, manifest):
        ids = set() if self.session.info.get("name") else notebook_cell_ids(self.session.info.get("notebook", ""))
        if ids is None:
            self.waiting = manifest
        elif not ids or not self.recorded or ids & self.recorded:
            self.begin(manifest)
        else:
            self._offer(manifest)

    def _start_clean(self):
        """The namespace is empty on purpose: what was before comes back only when it is asked for, now and later."""
        session, self.clean_at_cell = self.session, False
        session.remember(clean={"life": session.life, "execution": session.execution})
        (Path(session.writer.folder) / "restart").unlink(missing_ok=True)
        session.saver.forget_all(session.execution)

    def _offer(self, manifest):
        """Not by itself; the first cell that runs decides that the session goes on without what was."""
        self.clean_at_cell = True
        self._explain([manifest])

    def _explain(self, manifests):
        if manifests and not self.session.anonymous and self.session.config.resume != "never":
            count = sum(len(c.names) for c in manifests[0].components)
            self.offer = self.session.notice(
                f"A session of this notebook is stored ({count} variables); %resume last brings it back." if count
                else "Cells of this notebook ran and were not saved; %resume runs them again.")

    def begin(self, manifest, reader=None, records=None, **options):
        """Starts a resume; its steps are taken by slice(), before_cell() or finish()."""
        reader, records = (reader, records) if reader is not None else self.offered
        if self.session.config.resume == "ask" and not options:
            return self._offer(manifest)
        finished = {r.execution for r in records if getattr(r, "status", "started") != "started"}
        notes = [r for r in records if getattr(r, "status", "") == "started" and r.execution not in finished]
        self.interrupted = notes[-1] if notes and notes[-1].execution == self.session.execution > manifest.executions and not options else None
        if not options:
            self.go_on_counting(manifest, records)
        self.session.remember(resuming=True)
        self.torn = False
        self.current, self.told = Arrival(self.session, reader, records, manifest, **options), False

    def come_back(self, arrival, records):
        """The process is the one that was there: nothing is loaded, and what is left are the cells behind its generation."""
        self.waiting, self.clean_at_cell, self.interrupted, self.offered, self.offer, self.torn = None, False, None, None, None, False
        self.session.saver.looks.looked = self.session.execution
        self.go_on_counting(arrival.manifest, records)
        self.current, self.told = arrival, False

    def go_on_counting(self, manifest, records):
        """The counter at once, since it is told before the cell that the rest of the session comes back for."""
        counts = [r.count + 1 for r in records if getattr(r, "in_history", False) and r.execution > manifest.executions]
        shell = self.session.shell
        shell.execution_count = max([shell.execution_count, manifest.execution_count, *counts])

    def slice(self):
        """One step in idle time. True while there is more to do."""
        if self.current is None or self.current.done:
            return False
        self._taking(self.current.step)
        return not self.current.done

    def before_cell(self, code, request, human):
        """What the cell needs, before it runs; and the report, before the first cell that a person runs."""
        if self.waiting is not None:
            manifest, self.waiting = self.waiting, None
            cell = request.get("cell_id")
            self.begin(manifest) if not cell or cell in self.recorded else self._offer(manifest)
        if self.clean_at_cell and code.strip():
            self._start_clean()
        for text in (code, *request.get("expressions", ())):
            if self.current is not None and not self.current.done and text.strip():
                self._taking(functools.partial(self.current.provide, text))
        if human and self.current is not None and not self.told and not own_command(code):
            self.told = True
            result = self.current.result()
            self.session.notice(result.title, result.lines, result.table)

    def tell(self):
        """The newest resume, as its own result: nothing of it need be shown again."""
        self.told = True
        self.session.notices = [notice for notice in self.session.notices if notice is not self.offer]
        return self.current.result()

    def finish(self):
        if self.current is not None and not self.current.done:
            self._taking(self.current.complete)

    def _taking(self, step):
        self.session.saver.touch.everything()
        try:
            step()
        except KeyboardInterrupt:
            self._broke_off("The resume was interrupted.", "%resume goes on with what is missing")
            signal.raise_signal(signal.SIGINT)  # to whom it means something now: the running cell, or the one that waits
            return
        except Exception as error:
            log.exception("resume")
            self._broke_off(f"The session did not come back whole: {type(error).__name__}: {error}", "%resume tries again")
        if self.current.done and not self.current.broken:
            self.session.remember(resuming=False)
            self.session.fatal.came_back()
            self.session.remember_report(self.current.data())
            self.session.saver.cell_ran()
        if self.current.done and self.session.start == "rehearse":
            os._exit(0)  # exit functions are the session's, and belong to its real end

    def _broke_off(self, title, remedy):
        self.current.done = self.current.broken = True
        self.torn = self.current.own and self.current.only is None
        self.session.remember(resuming=False)
        self.session.notice(title, [f"{remedy}; until then the stored session stays as it is, and only %checkpoint saves."])
