"""Runs a recorded cell again, to bring back what could not be stored.

The cell meets what it met: generators of randomness in the state that was recorded before it. What it prints and displays
goes nowhere, its errors are kept as the outcome, and it leaves no trace in the history or the counter. It may do outside
what its record says that it did and no more: anything else is stopped before it happens, and the replay has failed. So
has one that takes much longer than it took.
"""

import time

from kernelferry import capsule

from .quiet import Interruptible, muted

LEAST, FACTOR = 30.0, 10.0  # seconds that a replay may take at least, or so many times what the cell took


class EffectStopped(BaseException):
    """A replayed cell was about to do something outside that its record does not hold. No cell's `except Exception` ends it."""


class Outcome:
    def __init__(self, execution):
        self.execution, self.ok, self.reason, self.seconds = execution, True, "", 0.0


class Replayer:
    def __init__(self, shell, records, observer=None, strict=False):
        """`observer`: the session's; without one nothing is stopped. strict: not even what the record allows goes outside."""
        self.shell, self.observer, self.strict = shell, observer, strict
        self.records = {record.execution: record for record in records}

    def run(self, execution) -> Outcome:
        """Runs one execution. Nothing is raised but KeyboardInterrupt, which ends the resume."""
        outcome, begun = Outcome(execution), time.perf_counter()
        record = self.records[execution]
        for state in filter(lambda drawn: drawn.before, record.drew):  # one that came with its cell has no state before
            capsule.set_generator(state.generator, state.before)
        limit = Interruptible(max(LEAST, FACTOR * record.duration_us / 1e6))
        stopped = []
        try:
            with limit, muted(self.shell):
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
        cell = f"In[{record.count}]"
        if isinstance(error, KeyboardInterrupt) and not limit.expired:
            raise error
        if stopped:
            return f"{cell} was stopped: it was about to {deed(stopped[0])}, which its record does not allow"
        if limit.expired:
            return f"{cell} took longer than {limit.seconds:.0f} s and was stopped"
        failed_then = record.status != "ok"
        if (error is not None) == failed_then:
            return ""
        return f"{cell} ended without the error it had" if failed_then else f"{cell} raised {type(error).__name__}: {error}"


DEEDS = {"file-write": "write the file", "file-remove": "remove or rename the file", "network": "use the network", "subprocess": "start",
         "input": "ask for input", "memory": "reach into memory"}


def deed(effect):
    return f"{DEEDS.get(effect.kind, effect.kind)} ({effect.detail})" if effect.detail else DEEDS.get(effect.kind, effect.kind)
