"""Which way an object of a type is reduced. The gate asks once for each type and encoding.

The order: code and other kinds that pickle refuses or would copy; the adapters of libraries in use; then classes,
exceptions and instances by how they are written. What is left goes the pickler's own way.
"""
import sys
import types

from kernelferry.codec import (adapters_arrow, adapters_asyncio, adapters_libraries, adapters_logging, adapters_matplotlib, adapters_numpy, adapters_pandas, adapters_polars,
                               adapters_pywt, adapters_sklearn, adapters_sqlite, adapters_sympy, adapters_threads, adapters_torch, adapters_traitlets,
                               adapters_ctypes, adapters_files, adapters_mmap, adapters_patsy, adapters_pil, classes, functions, handed, instances, iterators, library, named_tuples, weak)
from kernelferry.objects import hung

# exact type -> reduce(encoding, object)
_KINDS = functions.KINDS | classes.KINDS | handed.KINDS | iterators.KINDS | library.KINDS | named_tuples.KINDS | weak.KINDS | adapters_threads.KINDS | adapters_asyncio.KINDS

# Kinds that modules hold as code, not as values: nobody is asked for them. A method that a module holds (`random.sample`) is a value.
_MADE_BY_SESSIONS = frozenset(functions.KINDS) - {types.MethodType}

# "module.qualname" of a class: reduce(encoding, object) for it and its subclasses
_ADAPTERS = (adapters_numpy.ADAPTERS | adapters_pandas.ADAPTERS | adapters_matplotlib.ADAPTERS | adapters_sklearn.ADAPTERS |
             adapters_traitlets.ADAPTERS | adapters_logging.ADAPTERS | adapters_pywt.ADAPTERS | adapters_torch.ADAPTERS | adapters_threads.ADAPTERS | adapters_asyncio.ADAPTERS |
             adapters_arrow.ADAPTERS | adapters_polars.ADAPTERS | adapters_libraries.ADAPTERS |
             adapters_sqlite.ADAPTERS | adapters_sympy.ADAPTERS | adapters_ctypes.ADAPTERS | adapters_files.ADAPTERS | adapters_mmap.ADAPTERS | adapters_patsy.ADAPTERS | adapters_pil.ADAPTERS)


class Classifier:
    def __init__(self, encoding):
        self._encoding = encoding

    def classify(self, cls):
        """None, or what the gate shall call with each object of `cls`."""
        reduce = self._reducer(cls)
        if reduce is None:
            return self._held(cls)
        encoding = self._encoding
        ask = encoding.module_reference
        if cls in _MADE_BY_SESSIONS or issubclass(cls, (type, types.ModuleType)) or ask is None:
            return lambda obj: reduce(encoding, obj)

        def held_or_reduce(obj):
            reference = ask(obj) if sys.getrefcount(obj) > 3 else None
            return (library.held_by, tuple(reference)) if reference else reduce(encoding, obj)

        return held_or_reduce

    def _reducer(self, cls):
        if cls in _KINDS:
            return _KINDS[cls]
        if issubclass(cls, type):
            return classes.reduce_class
        for base in type.mro(cls):
            adapter = _ADAPTERS.get(f"{base.__module__}.{base.__qualname__}")
            if adapter is not None:
                return adapter
        if issubclass(cls, types.ModuleType):
            return library.reduce_module
        if issubclass(cls, BaseException):
            return instances.reduce_exception
        if not classes.importable(cls):
            return instances.reducer_for(cls)
        if instances.asks_itself(cls):
            return instances.reducer_for(cls)
        return instances.reduce_own_dict if instances.may_be_own_dict(cls) else None

    def _held(self, cls):
        """For classes of libraries: their objects that a module holds (sentinels, loggers, the global generators) go by
        reference. Without a walker to ask, those that the class's own module or packages hold."""
        if cls in library.VALUES or not issubclass(cls, object):
            return None
        encoding = self._encoding
        ask, held = encoding.module_reference, _sentinels(cls)
        own = instances.reduce_plain if instances.may_share_dict(cls) else instances.reduce_hung if hung.forgets(cls) else None
        if ask is None and not held and not own:
            return None

        def reduce(obj):
            name = held.get(id(obj))
            reference = name or (ask(obj) if ask is not None and sys.getrefcount(obj) > 3 else None)
            if reference:
                return library.held_by, tuple(reference)
            return own(encoding, obj) if own else NotImplemented

        return reduce


def _sentinels(cls) -> dict:
    """id -> (module, attribute) of the objects of exactly this class in the module that defines it, and its packages."""
    found = {}
    name = cls.__module__ if isinstance(cls.__module__, str) else ""
    while name:
        module = sys.modules.get(name)
        if type(module) is types.ModuleType and name != "__main__":
            for attribute, value in list(vars(module).items()):
                if type(value) is cls:
                    found.setdefault(id(value), (name, attribute))
        name = name.rpartition(".")[0]
    return found
