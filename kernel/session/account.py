"""What a resume tells: an entry for each name, what was not brought back and why, and what changed since the save."""

from kernelferry import _ferry

from . import absent, rehearsal, report
from .generation import packages, type_name

HELD_SHOWN = 5  # lines of a report about holders outside the namespace
MAKERS_SHOWN = 3  # lines of a report about cells that make what is not there


class Account:
    """The half of an Arrival (arrival.py) that reports it. `data()` is the object of `%resume --json`."""

    def data(self):
        session = self.session
        variables = {name: self.account_of(name, state) for key, state in self.loader.states.items() if self._wanted(key)
                     for name in state.entry.names}
        variables.update({name: self._made_behind(name) for name in self.behind.made if name not in variables})
        data = report.shell("ferry.resume/1", session.sid)
        data.update(generation=self.manifest.generation or None, label=self.manifest.label or None, bytes=self.manifest.bytes,
                    proved=self.own and rehearsal.proved(session.rehearsal.proofs.get(self.manifest.generation)),
                    bytes_moved=sum(s.bytes for s in self.loader.states.values()), seconds=round(self.seconds, 6),
                    variables=dict(sorted(variables.items())), process=self.items.outcomes,
                    cells_behind=[{k: c[k] for k in ("cell", "status", "reason")} for c in self.behind.outcomes],
                    changed_files=self.changed_files or [], changed_packages=self._changed_packages())
        data["messages"] = self.messages(data)
        return data

    def _ask_holders(self, _):
        """Who held a variable as well when it was saved, and holds it again, is not told of."""
        asked = {name: state for state in self.loader.states.values() if state.way == "stored" and state.held_by for name in state.entry.names}
        names = [name for name in asked if name in self.session.namespace]
        if not names:
            return
        _ferry.ignore_stop(self.patient)
        try:
            look = self.session.walker.look(names)
            found = None if look is None else self.session.walker.holders(look.components)
        finally:
            _ferry.ignore_stop(False)
        if found is None:
            if _ferry.stop_asked():
                self.steps.insert(0, ("ask_holders", None))
            return  # where threads never let it be seen, all is told
        for component, holders in zip(look.components, found):
            now = {holder.removeprefix("class ") for holder in holders}
            for state in {id(asked[name]): asked[name] for name in component.names}.values():
                state.held_by = ", ".join(before for before in state.held_by.split(", ") if before not in now)

    def account_of(self, name, state):
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
                "alternative": None, "held_by": state.held_by or None}

    def _made_behind(self, name):
        value = self.session.namespace.get(name)
        return {"way": "replayed", "verified": None, "type": type_name(value), "component": None, "bytes": 0, "seconds": 0.0,
                "cells": [c["cell"] for c in self.behind.outcomes if c["status"] == "replayed"], "code": "fits",
                "reason": "made by cells that ran after the last save and were replayed", "alternative": None, "held_by": None}

    def _worded(self, reason):
        return report.with_prompts(reason, self.counts) or None

    def _changed_packages(self):
        now = packages()
        return [{"package": name, "was": was, "now": now.get(name)} for name, was in self.manifest.packages.items()
                if name in now and now[name] != was]

    def _makers(self, variables):
        """The cells that make what is not there."""
        names = [name for name, entry in variables.items() if entry["way"] in ("failed", "lost") and not report.kept(entry)] if self.own else []
        makers = {name: absent.maker(self.session, name, self.replayer.records) for name in names}
        cells = {maker.execution: maker for maker in makers.values() if maker is not None}
        return [f"to have {report.some(n for n in names if makers[n] is maker)} again, run {absent.cell_named(maker)}"
                for _, maker in sorted(cells.items())[:MAKERS_SHOWN]]

    def messages(self, data):
        lines = [report.head_line(data["variables"], loading=not self.broken)]
        lines += self._makers(data["variables"])
        kept = [name for name, entry in data["variables"].items() if report.kept(entry)]
        if kept:
            lines.append(f"kept as they were: {', '.join(kept)}; --overwrite replaces them")
        lines += [f"not restored: {name} ({item['reason']})" for name, item in self.items.outcomes.items() if item["way"] == "failed"]
        for reason in dict.fromkeys(c["reason"] for c in self.behind.outcomes if c["status"] != "replayed"):
            cells = [f"[{c['cell']}]" for c in self.behind.outcomes if c["status"] != "replayed" and c["reason"] == reason]
            lines.append(f"ran after the last save and not replayed: {', '.join(cells)}: {reason}")
        replayed = [str(c["cell"]) for c in self.behind.outcomes if c["status"] == "replayed"]
        if replayed:
            lines.append(f"cells that ran after the last save were replayed: [{'], ['.join(replayed)}]")
        lines += filter(None, [self.session.fatal.line()])
        interrupted = self.session.arrivals.interrupted
        if interrupted is not None:
            lines.append(f"cell [{interrupted.count}] was running when the session ended; it was not run again")
        held = {", ".join(state.entry.names): state.held_by for state in self.loader.states.values()
                if state.way == "stored" and state.entry.names and state.held_by}
        lines += [f"{names}: back; but {holder} held it as well, and does not hold it now. If something no longer follows it, run the cell again that put it there" for names, holder in list(held.items())[:HELD_SHOWN]]
        cut = self.session.info["damage"] if self.reader.folder == self.session.writer.folder else []
        lines += [f"damaged: {file}: {what}" for file, what in dict([*cut, *self.reader.damage()]).items()]
        lines += [f"{c['package']} was {c['was']} and is {c['now']} now" for c in data["changed_packages"]]
        lines += report.changed_lines(data["changed_files"])
        return lines

    def result(self):
        data = self.data()
        return report.Result(data, data["messages"][0], data["messages"][1:], report.variable_table(data["variables"]))
