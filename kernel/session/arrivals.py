"""A session that comes back: whether it does by itself, in which order, and the report of it.

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
import logging
import os
import re
import signal
import time

from kernelferry import _ferry, capsule
from kernelferry.codec import blob
from kernelferry.replay import EffectStopped, Loader, Replayer, files

from . import report
from .identity import notebook_cell_ids
from .magics import own_command
from .saver import Encoded, type_name

log = logging.getLogger("kernelferry.session")

LAST = ("builtins", "modules", "annotations", "signals", "ipython", "matplotlib", "Out")  # process state that refers to variables
OUTPUT_VIEW = re.compile(r"In|Out|_oh|_i{0,3}|__|___|_i?\d+")
HELD_SHOWN = 5  # lines of a report about holders outside the namespace
REPLAY_BEHIND = 30.0  # seconds of recorded run time: what lies behind the generation is replayed by itself up to this


class Arrival:
    """One resume, from its plan to its report."""

    def __init__(self, session, reader, records, manifest, overwrite=False, only=None, behind=True):
        self.session, self.reader, self.records, self.manifest = session, reader, records, manifest
        self.begun, self.only = time.perf_counter(), only
        self.own = reader.folder == session.writer.folder
        self.before = set() if overwrite else set(session.user_names())
        self.counts = {r.execution: r.count for r in records if hasattr(r, "count")}
        self.replayer = Replayer(session.shell, [r for r in records if getattr(r, "status", "started") != "started"], session.observer,
                                 strict=session.start == "rehearse")
        self.until = session.born  # executions of this life are not behind any generation: they have just run
        self.items = {item.name: item for item in manifest.process}
        self.behind, self.made, self.seconds = [], [], 0.0
        self.whole = behind and only is None  # the newest generation, and the cells after it
        self.other = {}  # key -> (the way it comes instead of the planned one, why, code)
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
                             hash_seed=int(session.info.get("hash_seed", 0)), ways=ways)
        self.process = {}
        self.steps = self._steps()

    # -- order

    def _steps(self):
        """Every step as (what, argument); taken from the front."""
        steps = []
        if self.only is None:
            steps.append(("prepare", None))
        steps += self._plan_steps()
        if self.only is None:
            steps += [("item", name) for name in self.items if name not in LAST]
        loads = {key for what, key in steps if what == "load"}
        recent = sorted(self.loader.states, key=lambda key: -max(self.loader.states[key].entry.executions or [0]))
        steps += [("load", key) for key in recent if key not in loads and self._wanted(key)]
        steps.append(("recover", None))
        if self.only is None:
            steps += [("item", name) for name in self.items if name in LAST]
        steps += [("verify", None), ("recover", None)]
        if self.whole:
            steps.append(("behind", None))
        return steps + [("finish", None)]

    def _plan_steps(self):
        """What replay brings back, and the loads that must stand between the replays, in record order (C3)."""
        replayed = [e for e in self.manifest.components if self._way(e) == "replayed" and self._wanted(tuple(e.key))]
        self.eager = bool(replayed)
        for entry in replayed:
            if entry.names and self.before.issuperset(entry.names):
                state = self.loader.states[tuple(entry.key)]
                state.way, state.kept = "failed", list(entry.names)
        replayed = [e for e in replayed if not self.loader.states[tuple(e.key)].kept]
        if not replayed:
            return []
        plan = self._plan()
        self.made_by = {entry["key"]: entry["executions"] for entry in plan["entries"]}
        runs = {execution for entry in replayed for execution in self._executions(tuple(entry.key))}
        if self._refuse(replayed, runs):
            return []
        steps = [step for step in plan["steps"] if step[0] != "replay" or step[1] in runs]
        last = max((i for i, (what, _) in enumerate(steps) if what != "load"), default=-1)
        return [step for step in steps[:last + 1] if step[0] != "load" or step[1] in self.loader.states]

    def _way(self, entry):
        return self.loader.way(entry)

    def _plan(self, unstorable=()):
        """The plan for bringing everything back, without the stored form of these components."""
        graph = _ferry.SessionGraph()
        for record in self.records:
            at = getattr(record, "execution", None) or getattr(record, "after", 0)
            if at <= self.manifest.executions and getattr(record, "status", "") != "started":
                graph.apply(record)
        costs = {tuple(e.key): _ferry.Cost(bytes=e.bytes, store_seconds=e.seconds, load_seconds=e.seconds, reason=e.reason, opaque=bool(e.opaque),
                                           storable=self._way(e) == "stored" and tuple(e.key) not in unstorable)
                 for e in self.manifest.components}
        return _ferry.plan(graph, costs, policy="store-first", **self.session.wishes())

    def _refuse(self, replayed, runs):
        """Whether the cells would touch variables that are to be kept: then none of them runs, and the report says so."""
        records = [self.replayer.records[execution] for execution in sorted(runs)]
        touched = {name for r in records for name in (*r.reads, *r.writes, *r.deletes)} & self.before
        if not touched and not (self.before and any(r.door for r in records)):
            return False
        for entry in replayed:
            state = self.loader.states[tuple(entry.key)]
            state.way, state.code = "failed", "unsafe-cell"
            state.reason = (f"making it again runs cells that use {', '.join(sorted(touched)) or 'every variable'}, which existed "
                            "already and was kept; --overwrite allows it")
        return True

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
            self._told_of(argument, 0, False, reason)
        keys = {"load": [argument], "replay": [key for key in self.loader.states if argument in self._executions(key)]}
        for state in map(self.loader.states.get, keys.get(what, ())):
            state.way, state.code, state.reason = "failed", f"{what}-error", reason

    def _prepare(self, _):
        """Imports, working directory, environment: what decoding and replay stand on."""
        self.data_of = {}
        for name, item in self.items.items():
            try:
                self.data_of[name] = bytes(memoryview(self.reader.blob(item.blob)))
            except _ferry.FerryError as error:
                self.data_of[name] = error
        capsule.prepare(self.session.shell, [(n, d) for n, d in self.data_of.items() if isinstance(d, bytes)])
        self.session.see_modules()  # as imported: what items put into them is the session's

    def _item(self, name):
        data = self.data_of.pop(name)
        if isinstance(data, bytes):
            outcomes = capsule.apply(self.session.shell, [(name, data)])
        else:
            outcomes, data = [(name, False, data.what)], b""
        for applied, ok, reason in outcomes:
            self._told_of(applied, len(data), ok, reason)

    def _told_of(self, item, size, ok, reason):
        self.process[item] = {"way": "stored" if ok else "failed", "verified": None, "type": item, "component": None, "bytes": size,
                              "seconds": 0.0, "cells": [], "code": "fits" if ok else "load-error", "reason": reason or None,
                              "alternative": None, "held_by": None}

    def _load(self, key):
        self.loader.load(key)

    def _replay(self, execution):
        for key, state in self.loader.states.items():  # what nobody could compare is not made from other files
            if state.entry.opaque and state.way in ("lost", "pending") and execution in self._executions(key) and (why := self._misread(execution)):
                state.way, state.code, state.reason = "failed", "replay-error", why
        outcome = self.replayer.run(execution)
        for key, state in self.loader.states.items():
            if state.way != "lost" and state.way != "pending" or execution not in self._executions(key):
                continue
            if not outcome.ok:
                state.way, state.code, state.reason = "failed", "replay-error", outcome.reason
            elif execution == max(self._executions(key)):
                state.way, state.seconds = "replayed", outcome.seconds

    def _misread(self, execution):
        """Why an execution would read something else now, or ""."""
        paths = files.changed_of(self.replayer.records[execution])
        count = self.counts[execution]
        return f"cell [{count}] read {', '.join(paths)}, which {'has' if len(paths) == 1 else 'have'} changed since" if paths else ""

    def _executions(self, key):
        """The executions that bring a component back, where they do."""
        entry = self.loader.states[key].entry
        if self._way(entry) != "replayed":
            return ()
        return self.made_by.get(key) or entry.executions

    def _forget(self, names):
        for name in names:
            self.session.namespace.pop(name, None)

    def _recover(self, _):
        """Another way, once, for what did not come back as planned."""
        if self.given:
            return
        failed = {key: state for key, state in self.loader.states.items() if key not in self.other and self._wanted(key) and not state.torn()}
        found = {key: ("stored", f"{state.reason or 'replayed, it came back different'}; its stored form was loaded instead", state.code)
                 for key, state in failed.items() if self._replay_failed(state) and self._stored_whole(state.entry)}
        unloaded = {key: state for key, state in failed.items() if state.way == "failed" and state.code == "load-error"}
        if unloaded:
            planned = {entry["key"]: entry for entry in self._plan(unstorable=unloaded)["entries"]}
            found.update({key: ("replayed", f"{state.reason.rstrip('.')}; the cells that make it were run again instead", state.code)
                          for key, state in unloaded.items() if key in planned and planned[key]["way"] == "replayed"})
        if found:
            log.info("brought back another way: %s", found)
            self.other.update(found)
            self._forget(set(self.session.user_names()) - self.before)  # also what replays made and the session had deleted
            self._set_out()

    def _replay_failed(self, state):
        differs = state.verified is False and state.entry.code != "differs"
        return self._way(state.entry) == "replayed" and (state.way == "lost" or state.code == "replay-error" or differs)

    def _stored_whole(self, entry):
        """Of most that is replayed at most the classes are stored."""
        try:
            return bool(entry.blob) and sorted(blob.Parts(self.reader.blob(entry.blob)).names) == sorted(entry.names)
        except (ValueError, _ferry.FerryError):
            return False

    def _behind(self, _):
        """Cells that ran after the generation: replayed when safe and short, else listed."""
        records = self._records_behind()
        if not records:
            return
        missing = [key for key, state in self.loader.states.items() if state.way in ("lost", "failed")]
        verdicts = {v["cell"]: v for v in _ferry.plan_behind(self.session.graph, self.manifest.executions, missing=missing,
                                                             **self.session.wishes())}
        budget, before = REPLAY_BEHIND, set(self.session.user_names())
        for record in sorted(records, key=lambda r: r.execution):
            verdict, budget = verdicts[record.execution], budget - record.duration_us / 1e6
            outcome = {"cell": record.count, "execution": record.execution, "status": "not-replayed", "reason": self._worded(verdict["reason"])}
            misread = self._misread(record.execution) if verdict["replay"] else ""
            if misread:
                outcome["reason"] = misread
            elif verdict["replay"] and budget < 0:
                outcome["reason"] = "it and the cells before it ran longer than half a minute; run it again when you need it"
            elif verdict["replay"]:
                result = self.replayer.run(record.execution)
                outcome.update(status="replayed" if result.ok else "failed", reason=result.reason)
            if outcome["status"] != "replayed":
                budget = -1.0  # what comes after may depend on it
            self.behind.append(outcome)
        self.made = [name for name in self.session.user_names() if name not in before]
        if all(outcome["status"] == "replayed" for outcome in self.behind):
            self.session.saver.looked = self.session.saver.logged  # the cells since that look made what stands here now

    def _records_behind(self):
        return [r for r in self.replayer.records.values()
                if self.manifest.executions < r.execution <= self.until and not of_ferry(r)]

    def _count(self):
        """In and the counter go on after the last cell of the log, whether or not it was replayed or came to its end."""
        shell, history = self.session.shell, self.session.shell.history_manager
        for record in sorted((r for r in self.records if getattr(r, "in_history", False)), key=lambda r: r.execution):
            if not self.manifest.executions < record.execution <= self.until:
                continue
            for cells, text in ((history.input_hist_parsed, record.transformed or record.source), (history.input_hist_raw, record.source)):
                cells.extend([""] * (record.count + 1 - len(cells)))
                cells[record.count] = text
            self.session.namespace[f"_i{record.count}"] = record.source
            shell.execution_count = max(shell.execution_count, record.count + 1)

    def _verify(self, _):
        """One look over everything that came back. What loads after it changed is loaded once more."""
        if self.changed_files is None:
            self.changed_files = files.changed_files(self._covered())
        for state in self.loader.states.values():
            missing = [name for name in state.entry.names if name not in self.session.namespace]
            if state.way == "replayed" and missing:
                state.way, state.code, state.reason = "failed", "replay-error", f"the replayed cells did not make {', '.join(missing)}"
        if not self.loader.verify(self.patient):
            self.steps.insert(0, ("verify", None))
            return
        self.loader.again()
        self.loader.verify(patient=True)
        self.loader.check_sharing()
        for key, state in self.loader.states.items():
            if state.way == "replayed" and state.verified is False:
                state.reason = "; ".join(filter(None, [state.reason, *map(self._misread, self._executions(key))]))

    def _covered(self):
        """The records that this resume is about."""
        return [r for r in self.replayer.records.values() if r.execution <= (self.until if self.whole else self.manifest.executions)]

    def _finish(self, _):
        if self.whole:
            self._count()
        if self.only is not None:  # what replay needed and nobody asked for
            asked = {name for key in self.loader.states if self._wanted(key) for name in key}
            self._forget(set(self.session.user_names()) - self.before - asked)
        self._remember()
        self.seconds, self.done = time.perf_counter() - self.begun, True

    def _remember(self):
        """Tells the saver what stands in the store already, so that an untouched component is not written again."""
        saver, session = self.session.saver, self.session
        if not self.own:
            return  # the blobs of another session are not ours
        for key, state in self.loader.states.items():
            entry = state.entry
            if state.way == "stored" and not state.kept and state.verified is not False:
                saver.encoded[key] = Encoded(entry.fingerprint, tuple(entry.exports), tuple(entry.needs), entry.opaque, saver.epoch,
                                             blob=entry.blob, bytes=entry.bytes, seconds=entry.seconds)
        if self.manifest.generation:
            saver.newest = self.manifest

    # -- before a cell

    def provide(self, code):
        """Takes the steps that the cell needs before it runs."""
        names, door = self._closure(code)
        behind = self.whole and self.manifest.executions < self.until  # they come before the new one
        late = any(what == "item" and name in LAST and name != "Out" for what, name in self.steps)
        if door or behind or late or self.eager or any(OUTPUT_VIEW.fullmatch(name) for name in names):
            return self.complete()
        while self.steps and (self.steps[0][0] == "prepare" or self.steps[0][0] == "item" and self.steps[0][1] not in LAST):
            self.step()
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

    # -- report

    def data(self):
        session = self.session
        variables = {name: self._variable(name, state) for key, state in self.loader.states.items() if self._wanted(key)
                     for name in state.entry.names}
        variables.update({name: self._made_behind(name) for name in self.made if name not in variables})
        data = report.shell("ferry.resume/1", session.sid)
        data.update(generation=self.manifest.generation or None, label=self.manifest.label or None, bytes=self.manifest.bytes,
                    bytes_moved=sum(s.bytes for s in self.loader.states.values()), seconds=round(self.seconds, 6),
                    variables=dict(sorted(variables.items())), process=self.process,
                    cells_behind=[{k: c[k] for k in ("cell", "status", "reason")} for c in self.behind],
                    changed_files=self.changed_files or [], changed_packages=self._changed_packages())
        data["messages"] = self.messages(data)
        return data

    def _variable(self, name, state):
        entry = state.entry
        kept = name in state.kept
        reason, code = state.reason or entry.reason, state.code
        if tuple(entry.key) in self.other:
            _, why, code = self.other[tuple(entry.key)]
            reason = f"{why} ({state.reason})" if state.reason else why
        return {"way": "failed" if kept else state.way, "verified": None if kept else state.verified, "type": entry.types.get(name, ""),
                "component": entry.number, "bytes": entry.bytes, "seconds": round(state.seconds, 6),
                "cells": [self.counts[e] for e in entry.executions if e in self.counts], "code": "skipped" if kept else code,
                "reason": f"{name} existed already and was kept; --overwrite replaces it" if kept else self._worded(reason),
                "alternative": None, "held_by": entry.held_by or None}

    def _made_behind(self, name):
        value = self.session.namespace.get(name)
        return {"way": "replayed", "verified": None, "type": type_name(value), "component": None, "bytes": 0, "seconds": 0.0,
                "cells": [c["cell"] for c in self.behind if c["status"] == "replayed"], "code": "fits",
                "reason": "made by cells that ran after the last save and were replayed", "alternative": None, "held_by": None}

    def _worded(self, reason):
        return report.with_prompts(reason, self.counts) or None

    def _changed_packages(self):
        from .saver import packages
        now = packages()
        return [{"package": name, "was": was, "now": now.get(name)} for name, was in self.manifest.packages.items()
                if name in now and now[name] != was]

    def messages(self, data):
        lines = [report.head_line(data["variables"], loading=not self.broken)]
        kept = [name for name, entry in data["variables"].items() if report.kept(entry)]
        if kept:
            lines.append(f"kept as they were: {', '.join(kept)}; --overwrite replaces them")
        lines += [f"not restored: {name} ({item['reason']})" for name, item in self.process.items() if item["way"] == "failed"]
        for reason in dict.fromkeys(c["reason"] for c in self.behind if c["status"] != "replayed"):
            cells = [f"[{c['cell']}]" for c in self.behind if c["status"] != "replayed" and c["reason"] == reason]
            lines.append(f"ran after the last save and not replayed: {', '.join(cells)}: {reason}")
        replayed = [str(c["cell"]) for c in self.behind if c["status"] == "replayed"]
        if replayed:
            lines.append(f"cells that ran after the last save were replayed: [{'], ['.join(replayed)}]")
        interrupted = self.session.arrivals.interrupted
        if interrupted is not None:
            lines.append(f"cell [{interrupted.count}] was running when the session ended; it was not run again")
        held = {", ".join(state.entry.names): state.entry.held_by for state in self.loader.states.values()
                if state.way == "stored" and state.entry.names and state.entry.held_by}
        lines += [f"{names}: was also held by {holder}, not restored there" for names, holder in list(held.items())[:HELD_SHOWN]]
        cut = self.session.info["damage"] if self.reader.folder == self.session.writer.folder else []
        lines += [f"damaged: {file}: {what}" for file, what in dict([*cut, *self.reader.damage()]).items()]
        lines += [f"{c['package']} was {c['was']} and is {c['now']} now" for c in data["changed_packages"]]
        lines += report.changed_lines(data["changed_files"])
        return lines

    def result(self):
        data = self.data()
        return report.Result(data, data["messages"][0], data["messages"][1:], report.variable_table(data["variables"]))


def of_ferry(record):
    return any(effect.kind == "ferry" for effect in record.effects)


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
        saver.looked = session.execution
        manifest = self.newest(manifests, clean["life"], clean["execution"])
        self.recorded = {r.cell_id for r in records if getattr(r, "cell_id", "") and r.execution > clean["execution"]}
        if session.start == "crash-in-resume" or info.get("resuming"):
            session.remember(resuming=False)
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
        elif session.start in ("crash", "wake"):  # the same kernel goes on in a new engine
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
            self._go_on_counting(manifest, records)
        self.session.remember(resuming=True)
        self.torn = False
        self.current, self.told = Arrival(self.session, reader, records, manifest, **options), False

    def come_back(self, arrival, records):
        """The process is the one that was there: nothing is loaded, and what is left are the cells behind its generation."""
        self.waiting, self.clean_at_cell, self.interrupted, self.offered, self.offer, self.torn = None, False, None, None, None, False
        self.session.saver.looked = self.session.execution
        self._go_on_counting(arrival.manifest, records)
        self.current, self.told = arrival, False

    def _go_on_counting(self, manifest, records):
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
            self.session.remember_report(self.current.data())
            self.session.saver.cell_ran()
        if self.current.done and self.session.start == "rehearse":
            os._exit(0)  # exit functions are the session's, and belong to its real end

    def _broke_off(self, title, remedy):
        self.current.done = self.current.broken = True
        self.torn = self.current.own and self.current.only is None
        self.session.remember(resuming=False)
        self.session.notice(title, [f"{remedy}; until then the stored session stays as it is, and only %checkpoint saves."])
