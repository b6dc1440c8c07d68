"""Where the process stands: cwd, environ, sys.path, sys.argv, timezone, locale, umask, limits."""
import gc
import os
import re
import resource
import socket
import sys
import threading
import time

from kernelferry._ferry import collector_is_on

from .kind import Kind, shown

SECRET = r"(?i)TOKEN|SECRET|PASSW|PASSPHRASE|KEY|CREDENTIAL|AUTH|COOKIE"
OURS = r"JPY_|FERRY_|PYTHONHASHSEED$|PYDEVD_|TZ$"  # the machinery's, or another item's


def capture_cwd(_where, base):
    now = os.getcwd()
    return None if now == base else (now, now)


def apply_cwd(_where, state):
    os.chdir(state)
    return ""


def environ(_shell=None):
    """As bytes, since a variable that is set anew, if to what it has, gets others."""
    return dict(os.environ._data)


def set_to_the_same(where, before, now) -> set:
    """The variables that were set to what they had already. Where most were (`mock.patch.dict` puts all back), those that cells name; so, too, of texts
    of less than two characters, of which Python has but one."""
    same = [name for name, value in now.items() if before.get(name) == value]
    anew = {name for name in same if before[name] is not now[name]}
    few, words = len(anew) <= len(same) // 2, where.spoken.words if where.spoken is not None else ()
    named = {name for name in same if os.fsdecode(name) in words and "environ" in words}
    return {name for name in anew if few or name in named} | {name for name in named if len(now[name]) < 2}


_removed = set()  # that this process has taken away, as the session had: some host may have them


def capture_environ(where, base):
    now = dict(os.environ._data)
    again = set_to_the_same(where, base, now)
    changed = {os.fsdecode(k): os.fsdecode(v) for k, v in now.items() if base.get(k) != v or k in again}
    changed = {k: v for k, v in changed.items() if not re.match(OURS, k)}
    removed = sorted(k for k in _removed.union(map(os.fsdecode, base)) if os.fsencode(k) not in now and not re.match(OURS, k))
    if not changed and not removed:
        return None
    secret = sorted(k for k in changed if re.search(SECRET, k))
    for name in secret:
        del changed[name]
    summary = shown(sorted(changed) + [f"-{k}" for k in removed])
    if secret:
        summary += f"{'; ' if summary else ''}values kept out: {', '.join(secret)}"
    return {"set": changed, "removed": removed, "secret": secret}, summary


def apply_environ(_where, state):
    os.environ.update(state["set"])
    for name in state["removed"]:
        os.environ.pop(name, None)
    _removed.update(state["removed"])
    missing = [name for name in state["secret"] if name not in os.environ]
    return f"set {', '.join(missing)} yourself: values that look secret are not kept" if missing else ""


def capture_path(_where, base):
    now = list(sys.path)
    return None if now == base else (now, shown([p for p in now if p not in base] or ["order"]))


def apply_path(_where, state):
    sys.path[:] = state
    return ""


def capture_argv(_where, base):
    """What the kernel itself was called with is of its process; a cell that took some of it away had all of it taken."""
    now = sys.argv
    if not isinstance(now, list) or now == base or not all(type(each) is str for each in now):
        return None
    added = now[len(base):] if now[:len(base)] == base else None
    return (now if added is None else None, added), shown(now if added is None else added)


def apply_argv(_where, state):
    whole, added = state
    if whole is not None:
        sys.argv[:] = whole
    elif sys.argv[-len(added):] != added:
        sys.argv.extend(added)
    return ""


def zone(_shell=None):
    return os.environ.get("TZ"), time.tzname, time.timezone


def capture_timezone(_where, base):
    now = zone()
    return None if now == base else ({"TZ": now[0], "set": now[1:] != base[1:]}, f"{now[0]}")


def apply_timezone(_where, state):
    if state["TZ"] is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = state["TZ"]
    if state["set"]:
        time.tzset()
    return ""


def locales(_shell=None):
    locale = sys.modules.get("locale")
    return locale and locale.setlocale(locale.LC_ALL)


def capture_locale(_where, base):
    now = locales()
    return None if now is None or now == base else (now, now)


def apply_locale(_where, state):
    import locale
    locale.setlocale(locale.LC_ALL, state)
    return ""


def umask(_shell=None):
    with open("/proc/self/status") as status:  # os.umask() can only be read by changing it
        return next((int(line.split()[1], 8) for line in status if line.startswith("Umask:")), None)


def capture_umask(_where, base):
    now = umask()
    return None if now == base else (now, f"{now:04o}")


def apply_umask(_where, state):
    os.umask(state)
    return ""


def set_collector(state):
    enabled, thresholds = state
    gc.set_threshold(*thresholds)
    gc.enable() if enabled else gc.disable()


def set_frozen(frozen):
    """What exists now, where the session had frozen what existed then."""
    gc.freeze() if frozen else gc.unfreeze()


def priority():
    return os.getpriority(os.PRIO_PROCESS, 0)


def set_priority(value):
    """Not above what whoever started this process gave it."""
    os.setpriority(os.PRIO_PROCESS, 0, max(value, priority()))


def stack_size():
    size = threading.stack_size()  # which also sets it, to the default
    threading.stack_size(size)
    return size


INTERPRETER = {"recursionlimit": (sys.getrecursionlimit, sys.setrecursionlimit),
               "switchinterval": (sys.getswitchinterval, sys.setswitchinterval),
               "int_max_str_digits": (sys.get_int_max_str_digits, sys.set_int_max_str_digits),
               "gc": (lambda: (collector_is_on(), gc.get_threshold()), set_collector),
               "debugging of gc": (gc.get_debug, gc.set_debug),
               "frozen by gc": (lambda: gc.get_freeze_count() > 0, set_frozen),
               "niceness": (priority, set_priority),
               "dlopen flags": (sys.getdlopenflags, sys.setdlopenflags),
               "coroutine_origin_tracking_depth": (sys.get_coroutine_origin_tracking_depth, sys.set_coroutine_origin_tracking_depth),
               "stack size of threads": (stack_size, threading.stack_size),
               "default timeout of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout)}


def limits(_shell=None):
    now = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
    return now | {name: get() for name, (get, _set) in INTERPRETER.items()}


def limits_at_start(_shell):
    """A start has the collector off, and turns it on before the first cell."""
    return limits() | {"gc": (True, gc.get_threshold())}


def capture_limits(_where, base):
    changed = {name: value for name, value in limits().items() if base.get(name) != value}
    return (changed, shown(changed)) if changed else None


def apply_limits(_where, state):
    refused = []
    for name, limit in state.items():
        try:
            if name in INTERPRETER:
                INTERPRETER[name][1](limit)
            else:
                resource.setrlimit(getattr(resource, name), limit)
        except (ValueError, OSError, RecursionError) as error:
            refused.append(f"{name}: {error}")
    return "; ".join(refused)


def undo_limits(where, before):
    refused = apply_limits(where, {name: before[name] for name, value in limits().items() if name in before and before[name] != value})
    if refused:
        raise OSError(refused)


KINDS = [
    Kind("cwd", lambda _shell: os.getcwd(), capture_cwd, apply_cwd, prepare=apply_cwd),
    Kind("environ", environ, capture_environ, apply_environ, prepare=apply_environ),
    Kind("sys.path", lambda _shell: list(sys.path), capture_path, apply_path, prepare=apply_path),
    Kind("sys.argv", lambda _shell: list(sys.argv), capture_argv, apply_argv, prepare=apply_argv),
    Kind("timezone", zone, capture_timezone, apply_timezone, prepare=apply_timezone),
    Kind("locale", locales, capture_locale, apply_locale, prepare=apply_locale),
    Kind("umask", umask, capture_umask, apply_umask, umask, apply_umask, prepare=apply_umask),
    Kind("limits", limits_at_start, capture_limits, apply_limits, limits, undo_limits, prepare=apply_limits),
]
