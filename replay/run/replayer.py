"""Runs a recorded cell again, to bring back what could not be stored.

The cell meets what it met: generators of randomness in the state that was recorded before it, the folder, warnings, options
of libraries as they were (serializer/capsule/scene.py); afterwards these are put back to what they are at the end of the
session. What it prints and displays
goes nowhere, its errors are kept as the outcome, and it leaves no trace in the history or the counter. It may do outside
what its record says that it did and no more: anything else is stopped before it happens, and the replay has failed. So
has one that takes much longer than it took.
"""

import contextlib
import time

from kernelferry import capsule

from .quiet import Interruptible, muted, unharmed

LEAST, FACTOR = 30.0, 10.0  # seconds that a replay may take at least, or so many times what the cell took


class EffectStopped(BaseException):
    """A replayed cell was about to do something outside that its record does not hold. No cell's `except Exception` ends it."""


class Outcome:
    def __init__(self, execution):
        self.execution, self.ok, self.reason, self.seconds = execution, True, "", 0.0


class Replayer:
    def __init__(self, shell, records, observer=None, scene=None, strict=False, watch=None):
        """`observer` and `scene`: the session's; without one nothing is stopped, without the other process state stays as it
        is. strict: not even what the record allows goes outside. watch(record, seconds): entered around each cell that runs."""
        self.shell, self.observer, self.scene, self.strict = shell, observer, scene, strict
        self.watch = watch or (lambda _record, _seconds: contextlib.nullcontext())
        self.records = {record.execution: record for record in records}
        self.met = capsule.meetings(records)

    def run(self, execution) -> Outcome:
        """Runs one execution amid what it met. Nothing is raised but KeyboardInterrupt, which ends the resume."""
        if self.scene is None or self.met[execution] is None:
            return self.go_on(execution)
        here = self.scene.now(self.shell)
        try:
            if missing := self.scene.put(self.met[execution]):
                outcome = Outcome(execution)
                outcome.ok, outcome.reason = False, f"cell [{self.records[execution].count}] was not run again: {missing}"
                return outcome
            return self.go_on(execution)
        finally:
            self.scene.put_back(here)

    def go_on(self, execution) -> Outcome:
        """The same in the process as it is, which keeps what the cell makes of it."""
        outcome, begun = Outcome(execution), time.perf_counter()
        record = self.records[execution]
        for state in filter(lambda drawn: drawn.before, record.drew):  # one that came with its cell has no state before
            capsule.set_generator(state.generator, state.before)
        as_in_a_cell = getattr(self.shell, "ferry_as_in_a_cell", contextlib.nullcontext)  # the engine's: asyncio runs
        limit = Interruptible(max(LEAST, FACTOR * record.duration_us / 1e6))
        stopped = []
        try:
            with self.watch(record, limit.seconds), limit, as_in_a_cell(), muted(self.shell), unharmed(EffectStopped):
                error = self._run(record, stopped)
        except KeyboardInterrupt as interrupt:  # it hit IPython's own code, or ours
            error = interrupt
        outcome.reason = self._judge(record, error, stopped, limit)
        outcome.ok, outcome.seconds = not outcome.reason, time.perf_counter() - begun
        return outcome

    def _run(self, record, stopped):
        """The exception that ended the cell, or None; what was stopped goes into the list."""
        if self.observer is not None:
            self.observer.guard([] if self.strict else list(record.effects), EffectStopped)
        try:
            result = self.shell.run_cell(record.source, store_history=False, silent=True)
        finally:
            if self.observer is not None:
                stopped += self.observer.release()
        return result.error_before_exec or result.error_in_exec

    @staticmethod
    def _judge(record, error, stopped, limit):
        """Why the replay failed, or ""."""
        cell = f"cell [{record.count}]"
        if isinstance(error, KeyboardInterrupt) and not limit.expired:
            raise error
        if stopped:
            return f"{cell} was stopped when it ran again: it was about to {deed(stopped[0])}, which it did not do before"
        if limit.expired:
            return f"{cell} ran again, took longer than {limit.seconds:.0f} s and was stopped"
        failed_then = record.status != "ok"
        if (error is not None) == failed_then:
            return ""
        return f"{cell} ran again and ended without the error it had" if failed_then else f"{cell} ran again and raised {type(error).__name__}: {error}"


DEEDS = {"file-write": "write the file", "file-remove": "remove or rename the file", "network": "use the network", "subprocess": "start",
         "input": "ask for input", "memory": "reach into memory"}


def deed(effect):
    return f"{DEEDS.get(effect.kind, effect.kind)} ({effect.detail})" if effect.detail else DEEDS.get(effect.kind, effect.kind)
