"""One resume, from its plan to its last step (in the order of order.py).

    imports -> process state -> what replay needs, replayed in record order -> everything else

What cannot be loaded is replayed if its cells may run again; what a replay does not bring back as it was is loaded where
it is stored. Then everything is brought back anew, which only happens while no cell has seen any of it.

Each slice of idle time takes one step. A cell that arrives first is given what its read closure names; where cells must
be replayed, or the closure is unknown, it is given everything. Until a component is loaded its names are absent from the
namespace: a placeholder would reach user code by nine of ten ways of access.
"""

import ast
import contextlib
import functools
import gc
import logging
import re
import time

from kernelferry import codec
from kernelferry.replay import EffectStopped, Loader, Replayer, files, unwritten

from .account import Account
from .behind import Behind, misread
from .detours import Detours
from .encoding import Encoded
from .order import LAST, Order
from .process_items import ProcessItems

log = logging.getLogger("kernelferry.session")

OUTPUT_VIEW = r"In|Out|_oh|_i{0,3}|__|___|_i?\d+"
SHELL_NAME = r"\b(?:In|Out|_[oid]h|_sh|_i{0,3}|__|___|_i?\d+|_exit_code|__doc__)\b"  # also where a cell only binds it


class Arrival(Account, Order, Detours):
    """One resume, from its plan to its report."""

    def __init__(self, session, reader, records, manifest, overwrite=False, only=None, behind=True, ahead=None):
        self.session, self.reader, self.records, self.manifest = session, reader, records, manifest
        self.begun, self.only, self.ahead = time.perf_counter(), only, ahead
        self.own = reader.folder == session.writer.folder
        # What startup files have just made is the session's where that had it, and is no variable of somebody's to be kept.
        self.of_start = session.untouched().intersection(name for entry in manifest.components for name in entry.names) if not overwrite else set()
        if not overwrite:
            deleted = {name for record in records for name in getattr(record, "deletes", ())}
            kept = {name for entry in manifest.components for name in entry.names}
            for name in session.untouched() & deleted - kept:
                del session.namespace[name]  # as the session did
        self.before = set() if overwrite else set(session.user_names()) - self.of_start
        self.counts = {r.execution: r.count for r in records if hasattr(r, "count")}
        self.replayer = Replayer(session.shell, [r for r in records if getattr(r, "status", "started") != "started"], session.observer,
                                 session.scene, strict=session.start == "rehearse",
                                 watch=functools.partial(session.fatal.watch, reader, manifest.generation))
        self.until = session.born  # executions of this life are not behind any generation: they have just run
        self.items = ProcessItems(session.shell, reader, manifest.process)
        self.behind = Behind(session, manifest, self.replayer, self.until)
        self.seconds = 0.0
        self.whole = behind and only is None  # the newest generation, and the cells after it
        self.ran = set()  # executions that ran again
        self.other = self._without_fatal()  # key -> (the way it comes instead of the planned one, why, code)
        self.given = False  # a cell has seen some of what came back
        self.changed_files = None
        self._set_out()
        self.mentions = {name: entry.mentions for entry in manifest.components for name in entry.names}
        self.by_name = {name: tuple(entry.key) for entry in manifest.components for name in entry.names}
        self.patient = self.done = self.broken = False

    def _set_out(self):
        session = self.session
        ways = {key: way for key, (way, _, _) in self.other.items()}
        self.loader = Loader(session.namespace, session.walker, self.reader, self.manifest, keep=self.before, own=self.own,
                             made={name for name in self.of_start if name in session.namespace},
                             hash_seed=int(session.info.get("hash_seed", 0)), ways=ways,
                             ahead=self.ahead)
        codec.opened.clear()
        self.items.begin()
        self.steps = self._steps()

    def _wanted(self, key):
        return self.only is None or any(name in self.only for name in key)

    # -- steps

    def step(self):
        """The next step. What goes wrong in one that concerns a few variables costs those, and nothing else."""
        what, argument = self.steps.pop(0)
        try:
            with self._guarded(what):
                getattr(self, "_" + what)(argument)
        except (Exception, EffectStopped) as error:
            if what not in ("load", "replay", "item"):
                raise
            log.exception("%s %s", what, argument)
            self._spoiled(what, argument, f"{type(error).__name__}: {error}")

    @contextlib.contextmanager
    def _guarded(self, what):
        """A rehearsal touches nothing outside: what users' own classes do while they are loaded is stopped too."""
        strict = self.session.start == "rehearse" and what in ("load", "item")
        if strict:
            self.session.observer.guard([], EffectStopped)
        try:
            yield
        finally:
            if strict:
                self.session.observer.release()

    def _spoiled(self, what, argument, reason):
        if what == "item":
            self.items.told(argument, "failed", reason=reason)
        keys = {"load": [argument], "replay": [key for key in self.loader.states if argument in self._executions(key)]}
        for state in map(self.loader.states.get, keys.get(what, ())):
            state.way, state.code, state.reason = "failed", f"{what}-error", reason

    def _prepare(self, _):
        """Imports, working directory, environment: what decoding and replay stand on. What modules write while they are imported
        stood below the cell that imported them, and a warning of theirs may come of another order of imports only."""
        with unwritten():
            self.items.prepare()
        self.session.see_modules()  # as imported: what items put into them is the session's

    def _item(self, name):
        if self.items.apply(name, again=name not in LAST):
            self.steps.insert(self.steps.index(("verify", None)), ("item", name))

    def _undo(self, names):
        self.items.undo(names, [self.replayer.records[execution].source for execution in self.ran])

    def _load(self, key):
        self.loader.load(key, self._later())

    def _later(self):
        """The components whose turn comes behind a replay."""
        replays = [i for i, (what, _) in enumerate(self.steps) if what == "replay"]
        return {key for what, key in self.steps[replays[0]:] if what == "load"} if replays else ()

    def _replay(self, execution):
        for key, state in self.loader.states.items():  # what nobody could compare is not made from other files
            if state.entry.opaque and state.way in ("lost", "pending") and execution in self._executions(key) and (why := misread(self.replayer.records[execution])):
                state.way, state.code, state.reason = "failed", "replay-error", why
        self.items.before_replay()
        self.ran.add(execution)
        before = dict(self.session.namespace)
        outcome = self.replayer.run(execution)
        self.loader.replayed(self.replayer.records[execution], {key for what, key in self.steps if what == "load"})
        self.loader.rebound |= {name for name, value in self.session.namespace.items() if before.get(name, before) is not value}
        for key, state in self.loader.states.items():
            if state.way != "lost" and state.way != "pending" or execution not in self._executions(key):
                continue
            if not outcome.ok:
                state.way, state.code, state.reason = "failed", "replay-error", outcome.reason
            elif execution == max(self._executions(key)):
                state.way, state.seconds = "replayed", outcome.seconds

    def _forget(self, names):
        for name in names:
            self.session.namespace.pop(name, None)

    def _collect(self, _):
        """What a `__del__` of what replays made and nobody holds does to the variables is done before they are compared."""
        gc.collect()

    def _settle(self, _):
        """Nothing comes another way any more. Classes that replays made beside those that stand go: their bases would tell of them."""
        self.loader.let_go()
        if self.ran:
            gc.collect()

    def _behind(self, _):
        missing = {key: f"is connected to the file {state.databases[0]}, which may hold already what the cell did"
                   for key, state in self.loader.states.items() if state.databases}
        missing |= {key: "did not come back" for key, state in self.loader.states.items() if state.way in ("lost", "failed")}
        if self.behind.run(missing):
            self.session.saver.looks.looked = self.session.saver.looks.logged  # the cells since that look made what stands here now

    def _verify(self, _):
        """One look over everything that came back. What loads after it changed is loaded once more."""
        if self.changed_files is None:
            self.changed_files = files.changed_files(self._covered())
        for state in self.loader.states.values():
            missing = [name for name in state.entry.names if name not in self.session.namespace]
            if state.way == "replayed" and missing:
                state.way, state.code, state.reason = "failed", "replay-error", f"its cells ran again and did not make {', '.join(missing)}"
        if not self.loader.verify(self.patient):
            self.steps.insert(0, ("verify", None))
            return
        self.loader.again()
        self.loader.verify(patient=True)
        self.loader.check_sharing()
        for key, state in self.loader.states.items():
            if state.way == "replayed" and state.verified is False:
                state.reason = "; ".join(filter(None, [state.reason, *(misread(self.replayer.records[e]) for e in self._executions(key))]))

    def _covered(self):
        """The records that this resume is about."""
        return [r for r in self.replayer.records.values() if r.execution <= (self.until if self.whole else self.manifest.executions)]

    def _finish(self, _):
        if self.whole:
            self.behind.count(self.records)
        if self.only is not None:  # what replay needed and nobody asked for
            asked = {name for key in self.loader.states if self._wanted(key) for name in key}
            self._forget(set(self.session.user_names()) - self.before - asked)
        self._remember()
        self.items.end()
        self.seconds, self.done = time.perf_counter() - self.begun, True

    def _remember(self):
        """Tells the saver what stands in the store already, so that an untouched component is not written again."""
        saver = self.session.saver
        if not self.own:
            return  # the blobs of another session are not ours
        for key, state in self.loader.states.items():
            entry = state.entry
            if state.way == "stored" and not state.kept and state.verified is not False:
                saver.encoded[key] = Encoded(entry.fingerprint, tuple(entry.exports), tuple(entry.needs), entry.opaque, saver.epoch,
                                             blob=entry.blob, bytes=entry.bytes, seconds=entry.seconds, uncovered=state.uncovered)
        if self.manifest.generation:
            saver.newest = self.manifest

    # -- before a cell

    def _sees(self, code, name):
        """Whether a cell that has the variables it names may miss this item."""
        if name == "subclasses":
            return self.items.is_order_asked(code)
        return name != "Out" and (name != "shell.names" or re.search(SHELL_NAME, code))

    def provide(self, code):
        """Takes the steps that the cell needs before it runs."""
        names, door = self._closure(code)
        behind = self.whole and self.manifest.executions < self.until  # they come before the new one
        late = any(what == "item" and (name in LAST or name in self.items.late) and self._sees(code, name) for what, name in self.steps)
        if door or behind or late or self.eager or any(re.fullmatch(OUTPUT_VIEW, name) for name in names):
            return self.complete()
        while self.steps and (self.steps[0][0] == "prepare" or self.steps[0][0] == "item" and self.steps[0][1] not in LAST):
            self.step()
        if self.items.late:
            return self.complete()
        for key in {self.by_name[name] for name in names if name in self.by_name}:
            self.loader.load(key)
            if self.loader.states[key].code == "load-error" and not self.given:
                return self.complete()  # perhaps there is another way
        self.loader.verify(patient=True)  # as it came back, before the cell changes it
        self.given = True

    def _closure(self, code):
        try:
            source = self.session.shell.transform_cell(code)
            compiled = compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, TypeError):
            return set(), False  # it cannot run either
        names, door = self.session.observer.closure([compiled], self.mentions)
        return set(names), door

    def complete(self):
        """Takes every step that is left; a request that waits does not stop it."""
        self.patient = True
        while not self.done:
            self.step()
