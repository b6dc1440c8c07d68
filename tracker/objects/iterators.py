"""Iterators of C that do not tell how far they are, or what over."""
import gc
import itertools
import operator

_TUPLE_ITERATOR = type(iter(()))


def container_of(iterator):
    """The dict or set that an iterator over keys, values, items or members goes over; None at its end."""
    held = gc.get_referents(iterator)
    return held[0] if held and isinstance(held[0], (dict, set, frozenset)) else None


def iterator_over(iterator):
    """It looks into a dict or set, and is as far as what is left tells. Nothing is left also where that has changed its length."""
    held, left = container_of(iterator), operator.length_hint(iterator)
    return () if held is None else (held, left) if left else (held, left, is_at_its_end(iterator))


def is_at_its_end(iterator) -> bool:
    try:
        return bool(iterator.__reduce__())
    except RuntimeError:  # it can only raise any more
        return False


class Primed(itertools.chain):
    """What an iterator over pairs is made with that keeps an item from its beginning: two items, and then `over`, which is what it goes over."""


def held_by_pairwise(pairs) -> list:
    """What it goes over, unless it has ended, and the item that it keeps, if any."""
    return [held.over if type(held) is Primed else held for held in gc.get_referents(pairs)]


def longest(iterator):
    """A part that has ended is let go of, and comes back as one over nothing."""
    _, parts, fill = iterator.__reduce__()
    return [None if _is_over_nothing(part) else part for part in parts], fill


def _is_over_nothing(part) -> bool:
    return type(part) is tuple or type(part) is _TUPLE_ITERATOR and not operator.length_hint(part)
