"""Threads that go on beside the main one, and what they use: locks, queues, what is each thread's own, handles of processes."""
import gc
import os
import threading

from kernelferry.objects.instance import fields_of


def of_session() -> list:
    """The session's own, not those that IPython (its history) and tqdm (its progress bars) keep to themselves."""
    return [t for t in threading.enumerate() if t is not threading.main_thread() and t.name != "IPythonHistorySavingThread"
            and type(t).__module__ != "tqdm._monitor"]


def is_held(lock) -> bool:
    """By a thread, or by the session itself. A lock of threading.RLock tells it in its name alone."""
    return lock.locked() if hasattr(lock, "locked") else not repr(lock).startswith("<unlocked")


def queued(queue) -> list:
    """What waits in a queue of C, which gives nothing out without letting go of it."""
    return gc.get_referents(queue)[0][-left:] if (left := queue.qsize()) else []


def of_thread(local):
    """What it holds for this thread. One of a class of its own makes what it holds when a thread asks."""
    return (vars(local),) if type(local) is threading.local else (id(local),)


def process(handle):
    """psutil's: the session's own is that which it comes back in."""
    return () if handle.pid == os.getpid() else (fields_of(handle),)


def context(of_processes) -> tuple:
    """How it starts processes, and what it was given beside that."""
    return getattr(type(of_processes), "_name", ""), *fields_of(of_processes).items()
