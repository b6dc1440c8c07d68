"""What threads meet at: locks, queues of C, values of a thread. Between cells a lock is free unless a thread, or the session itself, holds
it, and a free one is the same as a new one. Objects of Python over them (events, conditions, futures, threads that have ended) are
their fields. Handles of processes are their numbers alone, which mean another process later."""
import importlib
import os
import queue
import sys
import threading

from kernelferry.objects.threads import is_held, queued

LOCK = type(threading.Lock())


def reduce_lock(encoding, lock):
    if is_held(lock):
        raise TypeError("a lock that is held")
    return (threading.Lock if type(lock) is LOCK else threading.RLock), ()


def reduce_queue(encoding, waiting):
    return make_queue, (), list(queued(waiting)), None, None, set_queue


def make_queue():
    return queue.SimpleQueue()


def set_queue(waiting, items):
    for item in items:
        waiting.put(item)


def reduce_local(encoding, local):
    """What it holds for this thread, the only one that comes back."""
    return threading.local, (), dict(vars(local)), None, None, set_local


def set_local(local, values):
    vars(local).update(values)


def refuse_local(encoding, local):
    raise TypeError(f"a {type(local).__name__} makes what it holds when a thread asks")


def refuse_thread(encoding, thread):
    raise TypeError("a thread that Python did not start, which ends with the session")


def reduce_child(encoding, child):
    if child.returncode is None:
        raise TypeError("a process that ends with the session, or nobody has waited for")
    return NotImplemented


def reduce_context(encoding, context):
    """That which multiprocessing itself holds for a way to start processes."""
    name = next((name for name, held in _contexts().items() if held is context), None)
    return NotImplemented if name is None else (context_of, (type(context).__module__, name))


def context_of(module, name):
    importlib.import_module(module)  # joblib's come with it
    return _contexts()[name]


def _contexts() -> dict:
    return importlib.import_module("multiprocessing.context")._concrete_contexts


def reduce_process(encoding, process):
    """psutil's: the session's own is that which it comes back in."""
    if process.pid != os.getpid() or type(process).__module__ != "psutil":
        raise TypeError("a handle of another process")
    return sys.modules["psutil"].Process, ()


KINDS = {LOCK: reduce_lock, type(threading.RLock()): reduce_lock, queue.SimpleQueue: reduce_queue, threading.local: reduce_local}
ADAPTERS = {"_thread._local": refuse_local, "threading._DummyThread": refuse_thread, "subprocess.Popen": reduce_child,
            "multiprocessing.context.BaseContext": reduce_context, "psutil.Process": reduce_process}
