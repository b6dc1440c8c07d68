"""Kinds of objects of the standard library that pickle refuses, or copies where they look into another object."""
import array
import collections
import datetime
import functools
import gc
import importlib
import itertools
import mmap
import operator
import re
import sys
import threading
import types
import typing

from kernelferry._ferry import is_imported
from kernelferry.objects.array_memory import address
from kernelferry.objects.iterators import Primed, container_of, held_by_pairwise, is_at_its_end

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


# name of the type -> an iterator of it over nothing
_ITERATORS = {type(make()).__name__: make for make in (
    lambda: iter([]), lambda: reversed([]), lambda: iter(()), lambda: reversed(()), lambda: iter("a"), lambda: iter("\u0100"),
    lambda: iter(b""), lambda: iter(bytearray()))}


def reduce_iterator(encoding, iterator):
    """One that has come to its end stays there, whatever happens to what it went over; its own reduction begins anew."""
    reduced = type(iterator).__reduce__(iterator)
    return reduced if len(reduced) > 2 else (spent, (type(iterator).__name__,))


def spent(kind):
    iterator = _ITERATORS[kind]()
    for _ in iterator:
        pass
    return iterator


# type of an iterator over a dict -> what makes one
_OVER_DICTS = {type(make({})): make for make in (
    lambda d: iter(dict.keys(d)), lambda d: iter(dict.values(d)), lambda d: iter(dict.items(d)),
    lambda d: reversed(dict.keys(d)), lambda d: reversed(dict.values(d)), lambda d: reversed(dict.items(d)))}
_BY_NAME = {kind.__name__: make for kind, make in _OVER_DICTS.items()}


def reduce_dict_iterator(encoding, iterator):
    """It goes on over that very dict; its own reduction would make a list of what is left."""
    held, left = container_of(iterator), operator.length_hint(iterator)
    if held is None:
        return over_dict, (type(iterator).__name__,)
    if not left and not is_at_its_end(iterator):
        raise TypeError("cannot pickle an iterator over a dict that has changed its length since")
    return over_dict, (type(iterator).__name__, held, left)


def over_dict(kind, held=None, left=0):
    if held is None:
        return next(iterator := _BY_NAME[kind]({}), iterator)  # at its end, and knows it
    iterator = _BY_NAME[kind](held)
    if left > len(held):
        raise ValueError("an iterator over a dict that holds the iterator itself")
    for _ in range(len(held) - left):
        next(iterator)
    return iterator


to_advance = []  # (iterator over a set, steps): once the set has its order back; decode() takes them


def reduce_set_iterator(encoding, iterator):
    """It goes on over that very set, in its order; its own reduction would make a list of what is left."""
    held, left = container_of(iterator), operator.length_hint(iterator)
    if held is None:
        return over_set, ()
    if not left and not is_at_its_end(iterator):
        raise TypeError("cannot pickle an iterator over a set that has changed its length since")
    return over_set, (held, left)


def over_set(held=None, left=0):
    if held is None:
        return next(iterator := iter(set()), iterator)  # at its end, and knows it
    iterator = (set if isinstance(held, set) else frozenset).__iter__(held)
    if left > len(held):
        raise ValueError("an iterator over a set that holds the iterator itself")
    to_advance.append((iterator, len(held) - left))
    return iterator


def reduce_longest(encoding, iterator):
    """What has come to its end within it does so once more, and then it knows; what is left elsewhere would be lost by that."""
    kind, parts, fill = iterator.__reduce__()
    left = [part for part in parts if type(part) is not tuple]
    return (spent_longest, (parts, fill)) if len(left) < len(parts) and all(map(is_spent, left)) else NotImplemented


def is_spent(iterator) -> bool:
    return KINDS.get(type(iterator)) is reduce_iterator and len(type(iterator).__reduce__(iterator)) == 2


def spent_longest(parts, fill):
    iterator = itertools.zip_longest(*parts, fillvalue=fill)
    next(iterator, None)
    return iterator


def reduce_slice(encoding, iterator):
    """One at its end has let go of what it went over, and knows no more."""
    return NotImplemented if gc.get_referents(iterator) else (spent_slice, ())


def spent_slice():
    return next(iterator := itertools.islice((), 0), iterator)


def reduce_pairwise(encoding, pairs):
    return make_pairwise, tuple(held_by_pairwise(pairs))


def make_pairwise(*held):
    """held: the iterator, if it has not ended, and the item that it keeps, if any."""
    if len(held) == 2:
        iterator, kept = held
        first = Primed((None, kept), iterator)
        first.over = iterator
        pairs = itertools.pairwise(first)
        next(pairs)
        return pairs
    pairs = itertools.pairwise(*held or ((),))
    return pairs if held else next(pairs, pairs)


def reduce_generator(encoding, generator):
    """One that has come to its end is what it is called, and its code; one that has not stands in a frame, which for that of pandas over
    the numbers of a RangeIndex is no more than how many of these it gave out."""
    if generator.gi_frame is not None:
        pandas = sys.modules.get("pandas")
        if pandas is None or generator.gi_code is not pandas.RangeIndex.__iter__.__code__ or generator.gi_running:
            return NotImplemented
        index = next(held for held in gc.get_referents(generator) if isinstance(held, pandas.RangeIndex))
        numbers = generator.gi_yieldfrom
        return over_index, (index, None if numbers is None else len(index) - operator.length_hint(numbers))
    return ended, (generator.gi_code, generator.__name__, generator.__qualname__)


def over_index(index, given):
    import pandas
    generator = pandas.RangeIndex.__iter__(index)
    collections.deque(itertools.islice(generator, given or 0), 0)
    return generator


def ended(code, name, qualname):
    function = types.FunctionType(code, {}, name, None, tuple(types.CellType() for _ in code.co_freevars))
    by_name = code.co_varnames[code.co_argcount:code.co_argcount + code.co_kwonlyargcount]
    generator = function(*[None] * code.co_argcount, **dict.fromkeys(by_name))
    generator.close()
    generator.__qualname__ = qualname
    return generator


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
    **{type(make()): reduce_iterator for make in _ITERATORS.values()},
    **{kind: reduce_dict_iterator for kind in _OVER_DICTS},
    type(iter(set())): reduce_set_iterator,
    itertools.islice: reduce_slice,
    itertools.pairwise: reduce_pairwise,
    itertools.zip_longest: reduce_longest,
    types.GeneratorType: reduce_generator,
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
