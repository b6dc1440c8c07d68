"""What functions of functools.lru_cache and functools.cache remember: it lives in C.

Calls and results are told where they are plain data: to walk and to write that runs no code of anybody, and cannot fail, which would cost
the session the function as well. Of others it is known only that there are some.
"""
import collections
import datetime
import decimal
import fractions
import gc
import sys

from kernelferry._ferry import Stopped, stop_asked

MOST = 100_000  # objects in what is remembered
STRIDE = 256  # calls between two looks whether a request waits
COUNTED = 20_000_000  # calls that were answered from it, or not: each is made once more

_PLAIN = {int, float, complex, str, bytes, bool, type(None), type(Ellipsis), range, datetime.date, datetime.datetime, datetime.time,
          datetime.timedelta, decimal.Decimal, fractions.Fraction}
_HOLDING = {list, tuple, set, frozenset, collections.deque}
_TABLES = {"DataFrame", "Series"}


class Unseen:
    """Stands for what is remembered and not told; the walk knows it as opaque."""


def children(wrapper):
    held = remembered(wrapper)
    return wrapper.__wrapped__, wrapper.cache_parameters(), Unseen() if held is None else held


def remembered(wrapper):
    """(hits, misses, [(positional arguments, those by name, result)], the oldest first), or None. Raises Stopped."""
    info, held = wrapper.cache_info(), gc.get_referents(wrapper)
    if importable(wrapper) or info.currsize > MOST or info.hits + info.misses > COUNTED:
        return None
    if info.maxsize is None:
        pairs, rest = list(next(each for each in held if type(each) is dict).items()), held
    else:
        end = 1 + 3 * info.currsize  # key, result and class of each
        pairs, rest = list(zip(held[1:end:3], held[2:end:3])), held[end:]
    mark, typed = next(each for each in rest if type(each) is object), wrapper.cache_parameters()["typed"]
    calls = [(*_call(key, mark, typed), result) for key, result in _giving_way(pairs)]
    return (info.hits, info.misses, calls) if _is_data(calls) else None


def importable(wrapper) -> bool:
    """An import of its module finds this very function."""
    module = sys.modules.get(wrapper.__module__)
    return wrapper.__module__ != "__main__" and getattr(module, wrapper.__qualname__, None) is wrapper


def _giving_way(entries):
    for number, each in enumerate(entries):
        if number % STRIDE == 0 and stop_asked():
            raise Stopped()
        yield each


def _call(key, mark, typed) -> tuple[tuple, dict]:
    """The call that this is the key of: arguments, the mark before those by name, with their names, and where it is typed the types of all."""
    if type(key) is not tuple:
        return (key,), {}
    place = next((number for number, each in enumerate(key) if each is mark), None)
    if place is None:
        return key[:len(key) // 2] if typed else key, {}
    named = key[place + 1:]
    if typed:
        named = named[:(len(named) - place) // 3 * 2]
    return key[:place], dict(zip(named[::2], named[1::2]))


def _is_data(calls) -> bool:
    """Nothing but plain values, containers of them, and arrays and tables."""
    seen = set()
    for call in _giving_way(calls):
        waiting = [call]
        while waiting:
            each = waiting.pop()
            kind = type(each)
            if kind in _PLAIN or id(each) in seen:
                continue
            seen.add(id(each))
            if kind in _HOLDING:
                waiting.extend(each)
            elif kind is dict:
                waiting.extend(each)
                waiting.extend(each.values())
            elif not _is_table(each, kind.__module__.partition(".")[0], kind.__name__):
                return False
            if len(seen) > MOST:
                return False
    return True


def _is_table(each, package, name) -> bool:
    if package == "numpy":
        numpy = sys.modules["numpy"]
        return type(each) is numpy.ndarray and not each.dtype.hasobject and each.base is None or isinstance(each, numpy.generic) and name != "void"
    return package == "pandas" and name in _TABLES
