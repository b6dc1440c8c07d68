"""Reductions for a pickler that knows no components: that of the values which items of process state hold (`Out[3]`, `_`)."""
from kernelferry.codec import adapters_sqlite, iterators

_ADAPTERS = adapters_sqlite.ADAPTERS


class Alone:
    """Stands for an Encoding."""

    own_buffer = staticmethod(bytes)

    def note(self, text):
        raise TypeError(text)


def reduce(obj):
    """As an adapter reduces it, else NotImplemented. An iterator over a dict goes on over that dict, where the pickler would make a list
    of what is left."""
    reducer = iterators.KINDS.get(type(obj))
    if reducer is not iterators.reduce_dict_iterator:
        reducer = _ADAPTERS.get(f"{type(obj).__module__}.{type(obj).__qualname__}")
    return NotImplemented if reducer is None else reducer(Alone(), obj)
