"""What cells switched or left under way for the whole process and nothing puts back: it is named.

Timers, threads and tasks under way, the policy of event loops, the pool of threads that a cell gave the loop, functions that watch each
call or line, descriptors of files, and what libraries keep where nobody can read it.
"""
import asyncio
import os
import signal
import sys
import threading

from .held import way_of
from .kind import of_session

TIMERS = {"ITIMER_REAL": signal.ITIMER_REAL, "ITIMER_VIRTUAL": signal.ITIMER_VIRTUAL, "ITIMER_PROF": signal.ITIMER_PROF}
OPENING = {("os", name) for name in ("open", "dup", "pipe", "pipe2", "openpty", "memfd_create", "eventfd")} | {("tempfile", "mkstemp")}  # what opens a descriptor


def is_mine(where, value) -> bool:
    return of_session(value) or of_session(type(value)) or id(value) in where.names


def loop():
    """Of the main thread, if there is one; asking asyncio would make one."""
    return getattr(getattr(asyncio.get_event_loop_policy(), "_local", None), "_loop", None)


def descriptors() -> set[int]:
    """Those that are open."""
    return {int(number) for number in os.listdir("/proc/self/fd")}


def are_spoken_of(where, functions) -> bool:
    """Whether cells speak of one of these (module, name): of `os.pipe`, where `frame.pipe` or a variable of that name is something else."""
    names = {name for _module, name in functions}
    paths = [path for path in where.spoken.dotted.union(where.spoken.imported.values()) if path.rpartition(".")[2] in names]
    return any(way_of(path, where.namespace) in functions for path in paths)


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


def unsettable(where, base) -> dict:
    """What it is -> what to do about it."""
    found = {f"timer {name}": "set it again" for name, number in TIMERS.items() if signal.getitimer(number)[0]}
    found |= {what: "start it again" for what in running(where)}
    words, modules = where.spoken.words, sys.modules
    parallel = modules.get("joblib.parallel")
    default = getattr(parallel, "default_parallel_config", None)
    if not words.isdisjoint(("parallel_config", "parallel_backend")) and getattr(getattr(parallel, "_backend", None), "config", default) is not default:
        found["configuration of joblib"] = "call joblib.parallel_config again"
    if "polars" in modules and are_spoken_of(where, {("polars", "set_random_seed")}):
        found["generator of polars"] = "where it stands cannot be read; call set_random_seed again"
    if not words.isdisjoint(("register_parallel_backend", "register_compressor", "register_store_backend")) and "joblib" in modules:
        found["what was registered with joblib"] = "register it again"
    if "duckdb" in modules and ("default_connection" in words and "create_function" in words or are_spoken_of(where, {("duckdb", "create_function")})):
        found["functions of duckdb's own connection"] = "create them again"
    if type(asyncio.get_event_loop_policy()) is not base["policy"]:
        found["policy of event loops"] = "set it again"
    found |= {f"function of sys.set{what}": "set it again" for what in ("profile", "trace") if is_mine(where, getattr(sys, f"get{what}")())}
    if are_spoken_of(where, OPENING):
        opened = descriptors() - base["descriptors"]
        found |= {f"descriptor {name}": "open it again" for name, value in list(where.namespace.items())
                  if any(type(each) is int and each in opened for each in (value if type(value) in (tuple, list) and len(value) < 8 else [value]))}
    if "set_default_executor" in words and getattr(loop(), "_default_executor", None) is not None:
        found["default executor of the event loop"] = "set it again"
    return found
