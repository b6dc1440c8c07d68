"""Threads that go on beside the main one."""
import threading


def of_session() -> list:
    """The session's own, not those that IPython (its history) and tqdm (its progress bars) keep to themselves."""
    return [t for t in threading.enumerate() if t is not threading.main_thread() and t.name != "IPythonHistorySavingThread"
            and type(t).__module__ != "tqdm._monitor"]
