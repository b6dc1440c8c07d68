"""What cells switched for the whole process by a call, or hung on an object of the process, where no attribute of a module tells.

The event loop of the main thread, callbacks of the collector, attributes of the standard streams, on which processors the
process may run, the name of the main thread, the environment of programs where it is not `os.environ`, the numbers that new threads and pools
get into theirs. A callback counts as the session's if it was written in it or a name of it holds it: libraries hang theirs there again. What
cannot be put back is named (unsettable.py).
"""
import asyncio
import gc
import importlib
import itertools
import os
import signal
import sys
import threading

from . import programs
from .kind import Kind, code_of, shown
from .pack import PLAIN, STREAMS, pack_each, reason, unpack_each
from .unsettable import descriptors, is_mine, loop, unsettable

PROCESSORS = {"sched_setaffinity", "cpu_affinity"}  # words of a cell that chose them; others may do so from outside
ABSENT = object()


LOOP = {"debug": (lambda loop: loop.get_debug(), lambda loop, value: loop.set_debug(value)),
        "slow_callback_duration": (lambda loop: loop.slow_callback_duration, lambda loop, value: setattr(loop, "slow_callback_duration", value)),
        "exception handler": (lambda loop: loop.get_exception_handler(), lambda loop, value: loop.set_exception_handler(value)),
        "task factory": (lambda loop: loop.get_task_factory(), lambda loop, value: loop.set_task_factory(value))}


def of_loop() -> dict:
    found = loop()
    return {} if found is None else {name: get(found) for name, (get, _set) in LOOP.items() if hasattr(found, "get_debug")}


# module -> what holds `_counter`, the `__next__` of an itertools.count
COUNTERS = {"threading": lambda module: module, "concurrent.futures.thread": lambda module: module.ThreadPoolExecutor}


def numbers() -> dict:
    """Module -> the number that it gives next."""
    return {name: holder(sys.modules[name])._counter.__self__.__reduce__()[1][0] for name, holder in COUNTERS.items() if name in sys.modules}


def count_from(name, number):
    COUNTERS[name](importlib.import_module(name))._counter = itertools.count(number).__next__


def baseline(_shell=None):
    STREAMS.update({name: getattr(sys, name) for name in STREAMS})
    return {"loop": of_loop(), "numbers": numbers(), "gc": list(gc.callbacks), "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()), "thread": threading.main_thread().name,
            "policy": type(asyncio.get_event_loop_policy()), "descriptors": descriptors(),
            "streams": {name: (stream, dict(getattr(stream, "__dict__", {}))) for name, stream in STREAMS.items()}}


def attributes_of_streams(where, base) -> dict:
    """(stream, attribute) -> what cells put there. IPython puts a `write` there while a cell runs."""
    found = {}
    for name, (stream, first) in base.items():
        for attribute, value in getattr(stream, "__dict__", {}).items():
            same = first.get(attribute, ABSENT)
            if attribute != "write" and value is not same and attribute in where.spoken.words and not (type(value) in PLAIN and value == same):
                found[name, attribute] = value
    return found


def threads_of_pools(where) -> dict:
    """Library (openblas, libgomp) -> threads that cells left its pool, where that is fewer than it would take."""
    module = sys.modules.get("threadpoolctl")
    if module is None or "threadpool_limits" not in where.spoken.words:
        return {}
    return {pool["prefix"]: pool["num_threads"] for pool in module.threadpool_info() if pool["num_threads"] < len(os.sched_getaffinity(0))}


def capture_switches(where, base):
    values = {("the event loop", name): value for name, value in of_loop().items() if base["loop"].get(name, ABSENT) is not value
              and not (type(value) in PLAIN and value == base["loop"].get(name))}
    values |= {("gc", f"callback {at}"): callback for at, callback in enumerate(gc.callbacks) if callback not in base["gc"] and is_mine(where, callback)}
    values |= {("streams", key): value for key, value in attributes_of_streams(where, base["streams"]).items()}
    values |= {(name, "numbers"): number for name, number in numbers().items() if number != base["numbers"].get(name, 0)}
    if (mask := signal.pthread_sigmask(signal.SIG_BLOCK, ())) != base["mask"]:
        values["signals", "mask"] = sorted(map(int, mask))
    if (threads := threads_of_pools(where)):
        values["thread pools", "sizes"] = threads
    if not where.spoken.words.isdisjoint(PROCESSORS):
        values["processors", "set"] = sorted(os.sched_getaffinity(0))
    if threading.main_thread().name != base["thread"]:
        values["the main thread", "name"] = threading.main_thread().name
    changed, secret = programs.changed(where.spoken)
    if changed:
        values["programs", "environment"] = changed
    lost = unsettable(where, base) | {f"{name} in the environment of programs": "values that look secret are not kept" for name in secret}
    if not values and not lost:
        return None
    packed, refused = pack_each(values, where.namespace, where.names)
    return (packed, lost | {in_words(key): why for key, why in refused.items()}), shown([*map(in_words, values), *lost])


def in_words(key) -> str:
    part, name = key
    return f"sys.{name[0]}.{name[1]}" if part == "streams" else f"{name} of {part}"


def put(part, name, value):
    if part == "the event loop":
        LOOP[name][1](loop(), value)
    elif part == "gc":
        code = code_of(value)  # a function that no name holds is made anew whenever the item is applied
        if value not in gc.callbacks and (code is None or all(code_of(each) != code for each in gc.callbacks)):
            gc.callbacks.append(value)
    elif part == "streams":
        setattr(STREAMS[name[0]], name[1], value)
    elif part == "signals":
        signal.pthread_sigmask(signal.SIG_SETMASK, value)
    elif part in COUNTERS:
        importlib.import_module(part)
        count_from(part, max(value, numbers()[part]))  # what this process has counted beyond that stays counted
    elif part == "programs":
        programs.change(value)
    elif part == "the main thread":
        threading.main_thread().name = value
    elif part == "thread pools":
        import threadpoolctl
        threadpoolctl.threadpool_limits(value)
    else:
        os.sched_setaffinity(0, value)


def apply_switches(where, state):
    packed, lost = state
    values, missing = unpack_each(packed, where.namespace)
    for (part, name), value in values.items():
        try:
            put(part, name, value)
        except Exception as error:  # fewer processors, another kind of loop
            missing[part, name] = reason(error)
    lost = lost | {in_words(key): why for key, why in missing.items()}
    return "; ".join(f"{what} is not restored: {why}" for what, why in lost.items())


def snapshot(_shell=None):
    return of_loop(), list(gc.callbacks), signal.pthread_sigmask(signal.SIG_BLOCK, ()), numbers()


def undo_switches(where, before):
    of_before, callbacks, mask, counted = before
    gc.callbacks[:] = [each for each in gc.callbacks if each in callbacks or not is_mine(where, each)]
    for name, value in of_before.items():
        put("the event loop", name, value)
    put("signals", "mask", mask)
    for name, number in counted.items():
        count_from(name, number)


KINDS = [Kind("switches", baseline, capture_switches, apply_switches, snapshot, undo_switches)]
