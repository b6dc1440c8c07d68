"""Iterators and generators of the standard library: each goes on over that very object, from where it stands; one that has come to its end
stays there."""
import collections
import gc
import itertools
import operator
import sys
import types

from kernelferry.objects.iterators import Primed, container_of, held_by_pairwise, is_at_its_end

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


def reduce_group(encoding, group):
    """One that groupby() has left behind is at its end; its own reduction makes an iterator over nothing of it."""
    function, _ = group.__reduce__()
    return NotImplemented if function is type(group) else (left_group, ())


def left_group():
    groups = itertools.groupby((0, 1))
    _, group = next(groups)
    next(groups)
    return group


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


KINDS = {
    **{type(make()): reduce_iterator for make in _ITERATORS.values()},
    **{kind: reduce_dict_iterator for kind in _OVER_DICTS},
    type(iter(set())): reduce_set_iterator,
    itertools.islice: reduce_slice,
    itertools.pairwise: reduce_pairwise,
    itertools.zip_longest: reduce_longest,
    type(left_group()): reduce_group,
    types.GeneratorType: reduce_generator,
}
