"""What cells switched for the whole process by a call, or hung on an object of the process, where no attribute of a module tells.

The event loop of the main thread, callbacks of the collector, attributes of the standard streams, on which processors the
process may run, the numbers that new threads and pools get into their names. A callback counts as the session's if it was written in it or a name of it holds it: libraries hang
theirs there again. What cannot be put back is named: timers, threads and tasks under way, the pool of threads that a
cell gave the loop.
"""
import asyncio
import gc
import importlib
import os
import signal
import sys
import threading

from .kind import Kind, of_session, shown
from .pack import PLAIN, STREAMS, pack_each, reason, unpack_each

TIMERS = {"ITIMER_REAL": signal.ITIMER_REAL, "ITIMER_VIRTUAL": signal.ITIMER_VIRTUAL, "ITIMER_PROF": signal.ITIMER_PROF}
PROCESSORS = {"sched_setaffinity", "cpu_affinity"}  # words of a cell that chose them; others may do so from outside
ABSENT = object()


def is_mine(where, value) -> bool:
    return of_session(value) or of_session(type(value)) or id(value) in where.names


def loop():
    """Of the main thread, if there is one; asking asyncio would make one."""
    return getattr(getattr(asyncio.get_event_loop_policy(), "_local", None), "_loop", None)


LOOP = {"debug": (lambda loop: loop.get_debug(), lambda loop, value: loop.set_debug(value)),
        "slow_callback_duration": (lambda loop: loop.slow_callback_duration, lambda loop, value: setattr(loop, "slow_callback_duration", value)),
        "exception handler": (lambda loop: loop.get_exception_handler(), lambda loop, value: loop.set_exception_handler(value)),
        "task factory": (lambda loop: loop.get_task_factory(), lambda loop, value: loop.set_task_factory(value))}


def of_loop() -> dict:
    found = loop()
    return {} if found is None else {name: get(found) for name, (get, _set) in LOOP.items() if hasattr(found, "get_debug")}


# module -> the `__next__` of its itertools.count
COUNTERS = {"threading": lambda module: module._counter, "concurrent.futures.thread": lambda module: module.ThreadPoolExecutor._counter}


def number_of(counter) -> int:
    """That it gives next."""
    return counter.__self__.__reduce__()[1][0]


def numbers() -> dict:
    return {name: number_of(counter(sys.modules[name])) for name, counter in COUNTERS.items() if name in sys.modules}


def count_on(counter, number):
    """To there. What this process has counted beyond that stays counted."""
    while number_of(counter) < number:
        counter()


def baseline(_shell=None):
    STREAMS.update({name: getattr(sys, name) for name in STREAMS})
    return {"loop": of_loop(), "numbers": numbers(), "gc": list(gc.callbacks), "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
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


def running(where) -> list[str]:
    """What of the session goes on in the background, and that no variable holds, of which the report would say so itself."""
    found = [f"thread {thread.name}" for thread in threading.enumerate() if id(thread) not in where.names
             and any(map(of_session, (type(thread), getattr(thread, "_target", None), getattr(thread, "function", None))))]
    own = loop()
    if own is None:
        return found
    for task in asyncio.all_tasks(own):
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame is not None and frame.f_globals is where.namespace and id(task) not in where.names:
            found.append(f"task {task.get_coro().__qualname__} of asyncio")
    handles = [*getattr(own, "_scheduled", ()), *getattr(own, "_signal_handlers", {}).values()]
    handles += [each for key in (own._selector.get_map() or {}).values() for each in key.data or () if each is not None] if hasattr(own, "_selector") else []
    callbacks = [handle._callback for handle in handles if not handle.cancelled()]
    return found + [f"callback {callback.__qualname__} of asyncio" for callback in callbacks if of_session(callback)]


def unsettable(where) -> dict:
    found = {f"timer {name}": "set it again" for name, number in TIMERS.items() if signal.getitimer(number)[0]}
    found |= {what: "start it again" for what in running(where)}
    words, modules = where.spoken.words, sys.modules
    if "install_opener" in words and getattr(modules.get("urllib.request"), "_opener", None) is not None:
        found["opener of urllib.request"] = "install it again"
    parallel = modules.get("joblib.parallel")
    default = getattr(parallel, "default_parallel_config", None)
    if not words.isdisjoint(("parallel_config", "parallel_backend")) and getattr(getattr(parallel, "_backend", None), "config", default) is not default:
        found["configuration of joblib"] = "call joblib.parallel_config again"
    if "polars" in modules and "set_random_seed" in words:
        found["generator of polars"] = "where it stands cannot be read; call set_random_seed again"
    if "set_default_executor" in where.spoken.words and getattr(loop(), "_default_executor", None) is not None:
        found["default executor of the event loop"] = "set it again"
    return found


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
    lost = unsettable(where)
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
        code = getattr(value, "__code__", None)  # a function that no name holds is made anew whenever the item is applied
        if value not in gc.callbacks and (code is None or all(getattr(each, "__code__", None) != code for each in gc.callbacks)):
            gc.callbacks.append(value)
    elif part == "streams":
        setattr(STREAMS[name[0]], name[1], value)
    elif part == "signals":
        signal.pthread_sigmask(signal.SIG_SETMASK, value)
    elif part in COUNTERS:
        count_on(COUNTERS[part](importlib.import_module(part)), value)
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
    return of_loop(), list(gc.callbacks), signal.pthread_sigmask(signal.SIG_BLOCK, ())


def undo_switches(where, before):
    of_before, callbacks, mask = before
    gc.callbacks[:] = [each for each in gc.callbacks if each in callbacks or not is_mine(where, each)]
    for name, value in of_before.items():
        put("the event loop", name, value)
    put("signals", "mask", mask)


KINDS = [Kind("switches", baseline, capture_switches, apply_switches, snapshot, undo_switches)]
