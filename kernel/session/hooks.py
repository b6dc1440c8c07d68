"""Ferry's seams into IPython: what it watches of a cell, and the guard that keeps its own failures out of user code."""

import functools
import logging

log = logging.getLogger("kernelferry.session")


def guarded(default=None):
    """A method that must never break a user's cell: what it raises is logged with its traceback, and `default` returned."""

    def decorate(method):
        @functools.wraps(method)
        def run(self, *args, **kwargs):
            try:
                return method(self, *args, **kwargs)
            except Exception:
                log.exception("%s failed", method.__qualname__)
                return default

        return run

    return decorate


def watch_code(shell, saw) -> None:
    """Calls saw(code object) for every piece of code that a cell was compiled to, before it runs."""
    run_code = shell.run_code

    def run(code, result=None, *, async_=False):
        saw(code)
        return run_code(code, result, async_=async_)

    shell.run_code = run


def watch_source(shell, saw) -> None:
    """Calls saw(raw, transformed) once a cell's source is known in both forms, before any of it runs."""
    shell.events.register("pre_run_cell", lambda info: saw(info.raw_cell, getattr(info, "transformed_cell", None) or info.raw_cell))
