"""Kinds of objects of the standard library that pickle refuses, or copies where they look into another object."""
import array
import collections
import datetime
import functools
import gc
import importlib
import itertools
import mmap
import re
import sys
import threading
import types
import typing

from kernelferry._ferry import is_imported
from kernelferry.codec.iterators import ended, make_pairwise, over_dict, over_index, over_set, spent, spent_longest, spent_slice  # noqa: F401  older stores name them here
from kernelferry.objects.array_memory import address

# Immutable kinds that no module is asked for.
VALUES = {object, complex, range, slice, datetime.date, datetime.datetime, datetime.time, datetime.timedelta}


def held_by(module, attribute):
    """An object that an imported module holds. The names are those of `Walker`: attributes joined by dots."""
    found = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def reduce_module(encoding, module):
    if is_imported(module):
        return importlib.import_module, (vars(module)["__name__"],)
    if vars(module).get("__spec__") is not None:
        for name, other in list(sys.modules.items()):
            if other is module and name != vars(module).get("__name__"):
                return importlib.import_module, (name,)
    # made by the session with types.ModuleType
    return types.ModuleType, ("",), dict(vars(module)), None, None, set_module


def set_module(module, names):
    vars(module).clear()
    vars(module).update(names)


def _underlying(view):
    """The dict that a view or proxy looks at."""
    return gc.get_referents(view)[0]


def reduce_keys(encoding, view):
    return type(_underlying(view)).keys, (_underlying(view),)


def reduce_values(encoding, view):
    return type(_underlying(view)).values, (_underlying(view),)


def reduce_items(encoding, view):
    return type(_underlying(view)).items, (_underlying(view),)


def reduce_proxy(encoding, proxy):
    return types.MappingProxyType, (_underlying(proxy),)


def reduce_memoryview(encoding, view):
    if not view.contiguous or type(view.obj) not in (bytes, bytearray, array.array, mmap.mmap):
        raise TypeError(f"cannot pickle a memoryview of '{type(view.obj).__name__}' object")
    start = address(view) - address(view.obj) if view.nbytes else 0
    shape = view.shape if view.ndim > 1 else None
    return make_memoryview, (view.obj, start, view.nbytes, view.format, shape, view.readonly)


def make_memoryview(obj, start, size, code, shape, readonly):
    view = memoryview(obj).cast("B")[start:start + size].cast(code, *filter(None, [shape]))
    return view.toreadonly() if readonly else view


def reduce_typevar(encoding, variable):
    module = sys.modules.get(variable.__module__)
    if variable.__module__ != "__main__" and getattr(module, variable.__name__, None) is variable:
        return NotImplemented
    state = {"__module__": variable.__module__}
    if type(variable) is typing.ParamSpec:
        return make_typevar, (typing.ParamSpec, variable.__name__, (), {"bound": variable.__bound__}), state
    if type(variable) is typing.TypeVarTuple:
        return make_typevar, (typing.TypeVarTuple, variable.__name__, (), {}), state
    keywords = {"bound": variable.__bound__, "covariant": variable.__covariant__,
                "contravariant": variable.__contravariant__}
    return make_typevar, (typing.TypeVar, variable.__name__, variable.__constraints__, keywords), state


def make_typevar(kind, name, constraints, keywords):
    return kind(name, *constraints, **keywords)


def reduce_new_type(encoding, new_type):
    if new_type.__module__ != "__main__":
        return NotImplemented
    return object.__new__, (typing.NewType,), vars(new_type)


def reduce_cached_property(encoding, prop):
    """Its lock is free between cells: a new one is the same."""
    state = {name: value for name, value in vars(prop).items() if name != "lock"}
    return functools.cached_property, (prop.func,), state, None, None, set_cached_property


def set_cached_property(prop, state):
    vars(prop).update(state, lock=threading.RLock())


def reduce_match(encoding, match):
    """What its pattern finds once more, in the way that finds the same."""
    place = match.re, match.string, match.pos, match.endpos
    for way in ("match", "fullmatch", "search"):
        if _is_same(getattr(match.re, way)(*place[1:]), match):
            return find_match, (*place, way)
    for number, found in enumerate(match.re.finditer(*place[1:])):
        if _is_same(found, match):
            return find_match, (*place, number)
    return NotImplemented


def _is_same(found, match) -> bool:
    return found is not None and found.regs == match.regs and found.lastindex == match.lastindex


def find_match(pattern, string, start, end, way):
    if isinstance(way, str):
        return getattr(pattern, way)(string, start, end)
    return next(itertools.islice(pattern.finditer(string, start, end), way, None))


KeyWrapper = type(functools.cmp_to_key(len))


def reduce_key(encoding, key):
    """What functools.cmp_to_key makes; with an object, what calling that makes."""
    compare, *of = (held for held in gc.get_referents(key) if held is not KeyWrapper)
    return make_key, (compare, *of)


def make_key(compare, *of):
    key = functools.cmp_to_key(compare)
    return key(*of) if of else key


KINDS = {
    re.Match: reduce_match,
    KeyWrapper: reduce_key,
    types.ModuleType: reduce_module,
    type({}.keys()): reduce_keys,
    type({}.values()): reduce_values,
    type({}.items()): reduce_items,
    type(collections.OrderedDict().keys()): reduce_keys,
    type(collections.OrderedDict().values()): reduce_values,
    type(collections.OrderedDict().items()): reduce_items,
    types.MappingProxyType: reduce_proxy,
    memoryview: reduce_memoryview,
    typing.TypeVar: reduce_typevar,
    typing.ParamSpec: reduce_typevar,
    typing.TypeVarTuple: reduce_typevar,
    typing.NewType: reduce_new_type,
    functools.cached_property: reduce_cached_property,
}
