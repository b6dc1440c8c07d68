"""Runs a recorded cell again, to bring back what could not be stored.

The cell meets what it met: generators of randomness in the state that was recorded before it. What it prints and displays
goes nowhere, its errors are kept as the outcome, and it leaves no trace in the history or the counter.
"""

import contextlib
import io
import time

from kernelferry import capsule


class Outcome:
    def __init__(self, execution):
        self.execution, self.ok, self.reason, self.seconds = execution, True, "", 0.0


class Replayer:
    def __init__(self, shell, records):
        self.shell = shell
        self.records = {record.execution: record for record in records}

    def run(self, execution) -> Outcome:
        """Runs one execution. Nothing is raised but KeyboardInterrupt, which ends the resume."""
        outcome, begun = Outcome(execution), time.perf_counter()
        record = self.records[execution]
        for state in filter(lambda drawn: drawn.before, record.drew):  # one that came with its cell has no state before
            capsule.set_generator(state.generator, state.before)
        with self._muted():
            result = self.shell.run_cell(record.source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, KeyboardInterrupt):
            raise error
        failed_then = record.status != "ok"
        if (error is not None) != failed_then:
            outcome.ok = False
            outcome.reason = (f"In[{record.count}] ended without the error it had" if failed_then
                              else f"In[{record.count}] raised {type(error).__name__}: {error}")
        outcome.seconds = time.perf_counter() - begun
        return outcome

    @contextlib.contextmanager
    def _muted(self):
        shell = self.shell
        with contextlib.ExitStack() as stack:
            for owner, method in ((shell.display_pub, "publish"), (shell, "_showtraceback")):
                setattr(owner, method, lambda *args, **kwargs: None)  # on the instance, above the class's own
                stack.callback(delattr, owner, method)
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            yield
