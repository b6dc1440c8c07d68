"""What a cell gives to joblib's pool of processes (scikit-learn's `n_jobs`), which stays when the cell has ended: nobody hears what those do.

Who calls the pool through joblib waits for it, so that nothing is left to be done later. A cell that gave it something may run again where
that was code of libraries alone, and was given by a library: nothing of the session has a function to give, or speaks of the pool.
"""

import re
import sys

from kernelferry import _ferry, capsule

MODULE = "joblib.externals.loky.reusable_executor"
GIVEN = "the pool of joblib"
# What makes a function, and what stands where somebody calls the pool himself.
SPEAKS = re.compile(r"\b(?:def|class|lambda|exec|eval|joblib|loky|[Pp]arallel|delayed)\b")


class Pool:
    def __init__(self):
        self._given = None  # how much had been given to it when the last cell ended
        self._spoken = False  # the session may have given it more than libraries do
        self._texts = []  # of cells that nobody has searched for that

    def read(self, record):
        """Of each cell of the session that ended, also in the lives before this one."""
        self._spoken = self._spoken or record.door
        self._texts.append(record.source)

    def effects(self, heard, namespace) -> list:
        """heard: the effects of the cell that ends, which `read` has seen. What it gave to the pool, as effects of its own."""
        given = self._count()
        before, self._given = self._given, given
        if given == before and not any((effect.kind, effect.detail) == ("subprocess", _ferry.UNTOLD) for effect in heard):
            return []
        texts, self._texts = self._texts, []
        self._spoken = self._spoken or any(map(SPEAKS.search, texts))
        return [_ferry.Effect(kind="subprocess", detail=GIVEN, unsafe=self._spoken or _has_code_of_its_own(namespace))]

    @staticmethod
    def _count():
        executor = _executor()
        return executor and (executor.executor_id, executor._queue_count)


def idle_threads() -> set:
    """Those of a pool that has nothing left to do."""
    executor = _executor()
    if executor is None or executor._pending_work_items:
        return set()
    return {executor._executor_manager_thread, getattr(executor._call_queue, "_thread", None)}


def _executor():
    return getattr(sys.modules.get(MODULE), "_executor", None)


def _has_code_of_its_own(namespace) -> bool:
    """By a startup file, by %run, or in modules of one's own."""
    return any(map(capsule.of_session, list(namespace.values()))) or any(capsule.own_source(module) for module in list(sys.modules.values()))
