"""Cells that ran after the generation that a session comes back to: replayed where that is safe and short, else listed."""

from kernelferry import _ferry
from kernelferry.replay import files

from . import report

REPLAY_BEHIND = 30.0  # seconds of recorded run time: what lies behind the generation is replayed by itself up to this


def of_ferry(record):
    return any(effect.kind == "ferry" for effect in record.effects)


def misread(record):
    """Why a cell would read something else now, or ""."""
    paths = files.changed_of(record)
    return f"cell [{record.count}] read {', '.join(paths)}, which {'has' if len(paths) == 1 else 'have'} changed since" if paths else ""


class Behind:
    def __init__(self, session, manifest, replayer, until):
        """until: the last execution that is behind the generation and not of this life."""
        self._session, self._manifest, self._replayer, self._until = session, manifest, replayer, until
        self.outcomes = []  # {cell, execution, status, reason}
        self.made = []  # names that they made

    def run(self, missing):
        """missing: components that are not what they were, and why. True if all was replayed that there was."""
        session = self._session
        records = [r for r in self._replayer.records.values()
                   if self._manifest.executions < r.execution <= self._until and not of_ferry(r)]
        if not records:
            return False
        counts = {r.execution: r.count for r in self._replayer.records.values()}
        verdicts = {v["cell"]: v for v in _ferry.plan_behind(session.graph, self._manifest.executions, missing=missing, **session.wishes())}
        budget, gap, before = REPLAY_BEHIND, None, set(session.user_names())
        for record in sorted(records, key=lambda r: r.execution):
            verdict, budget = verdicts[record.execution], budget - record.duration_us / 1e6
            outcome = {"cell": record.count, "execution": record.execution, "status": "not-replayed",
                       "reason": report.with_prompts(verdict["reason"], counts) or None}
            if verdict["replay"] and (why := misread(record)):
                outcome["reason"] = why
            elif verdict["replay"] and gap is not None:
                outcome["reason"] = f"cell [{gap}] before it was not run again, and it may depend on what that did"
            elif verdict["replay"] and budget < 0:
                outcome["reason"] = "it and the cells before it ran longer than half a minute; run it again when you need it"
            elif verdict["replay"]:
                result = self._replayer.go_on(record.execution)
                outcome.update(status="replayed" if result.ok else "failed", reason=result.reason)
            if outcome["status"] != "replayed":
                gap = record.count if gap is None else gap
            self.outcomes.append(outcome)
        self.made = [name for name in session.user_names() if name not in before]
        return all(outcome["status"] == "replayed" for outcome in self.outcomes)

    def count(self, records):
        """In and the counter go on after the last cell of the log, whether or not it was replayed or came to its end."""
        shell = self._session.shell
        history = shell.history_manager
        for record in sorted((r for r in records if getattr(r, "in_history", False)), key=lambda r: r.execution):
            if not self._manifest.executions < record.execution <= self._until:
                continue
            for cells, text in ((history.input_hist_parsed, record.transformed or record.source), (history.input_hist_raw, record.source)):
                cells.extend([""] * (record.count + 1 - len(cells)))
                cells[record.count] = text
            self._session.namespace[f"_i{record.count}"] = record.source
            shell.execution_count = max(shell.execution_count, record.count + 1)
