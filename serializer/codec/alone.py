"""Reductions for a pickler that knows no components: that of the values which items of process state hold (`Out[3]`, `_`)."""
from kernelferry.codec import adapters_sqlite

_ADAPTERS = adapters_sqlite.ADAPTERS


class Alone:
    """Stands for an Encoding."""

    own_buffer = staticmethod(bytes)

    def note(self, text):
        raise TypeError(text)


def reduce(obj):
    """As an adapter reduces it, else NotImplemented."""
    adapter = _ADAPTERS.get(f"{type(obj).__module__}.{type(obj).__qualname__}")
    return NotImplemented if adapter is None else adapter(Alone(), obj)
