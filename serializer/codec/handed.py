"""Iterators of C over iterators of classes that are written in Python: `map(f, walker)`.

Their own reductions make them anew over those, which calls `__iter__` of such a class, and that may begin again. So they
are made over what only hands the iterator on.
"""
import itertools
import types

# kind -> where in the arguments of its reduction the iterators begin; before them stands a function
_FIRST = {enumerate: 0, filter: 1, map: 1, zip: 0, itertools.accumulate: 0, itertools.compress: 0, itertools.cycle: 0,
          itertools.dropwhile: 1, itertools.filterfalse: 1, itertools.starmap: 1, itertools.takewhile: 1}


class Handed:
    """Gives this very iterator to whoever asks for one."""

    def __init__(self, iterator):
        self.iterator = iterator

    def __iter__(self):
        return self.iterator


def is_written(part) -> bool:
    """In Python: there `__iter__` is a function."""
    return isinstance(getattr(type(part), "__iter__", None), types.FunctionType)


def reduce_over(encoding, iterator):
    kind, arguments, *state = iterator.__reduce__()
    places = tuple(at for at, part in enumerate(arguments) if at >= _FIRST[kind] and is_written(part)) if kind in _FIRST else ()
    return (make_over, (kind, places, *arguments), *state) if places else NotImplemented


def make_over(kind, places, *arguments):
    return kind(*(Handed(part) if at in places else part for at, part in enumerate(arguments)))


def reduce_chain(encoding, chain):
    """One at its end knows that it is."""
    return NotImplemented if len(chain.__reduce__()) > 2 or chain.__reduce__()[1] else (spent_chain, ())


def spent_chain():
    return next(chain := itertools.chain(), chain)


KINDS = dict.fromkeys(_FIRST, reduce_over) | {itertools.chain: reduce_chain}
