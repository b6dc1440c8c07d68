"""Attributes that cells hang on objects of libraries whose own pickling forgets them (`ts.note = 1`).

What a class leaves out of its pickling can also be a cache, a handle or a lock, and is not to come back then. It is told apart by who
stores attributes of that name: where no code of the modules that define the class does, and no property of it caches under the name, it
is the session's. What code of Cython stores cannot be read; there the names that begin with `_` count as its own.
"""
import copyreg
import enum
import functools
import sys
import types
import weakref

from kernelferry._ferry import has_fields, instance_dict
from kernelferry.objects import stores

_WAYS = ("__reduce_ex__", "__reduce__", "__getstate__")
_STORES_BY_NAME = {"setattr", "__setattr__", "__dict__", "vars"}
_CODE = (types.FunctionType, types.MethodType, staticmethod, classmethod)


def _by_key(function):
    """Remembers what it gives for each class or module while that lives."""
    known = weakref.WeakKeyDictionary()

    def ask(key):
        try:
            return known[key]
        except KeyError:
            return known.setdefault(key, function(key))

    return ask


def forgets(cls) -> bool:
    """Instances have attributes, and something else than Python's default says what is pickled of them; not a class of the session."""
    if not cls.__dictoffset__ or issubclass(cls, (type, types.ModuleType, BaseException, enum.Enum)):
        return False
    definers = [next(base for base in type.mro(cls) if name in vars(base)) for name in _WAYS]
    return (cls in copyreg.dispatch_table or any(base is not object for base in definers)) and not any(map(_is_session, definers))


def forgotten(obj, reduced) -> dict:
    """name -> value, in the order of the names, of what was hung on an object and is not in what reduces it."""
    if not has_fields(obj):
        return {}
    fields = instance_dict(obj)
    state = reduced[2] if len(reduced) > 2 else None
    first, *more = state if type(state) is tuple and state else (state,)
    if any(part is fields for part in (first, *more)):
        return {}
    carried = first if type(first) is dict else {}
    left = [name for name, value in fields.items() if carried.get(name, carried) is not value and type(name) is str]
    own = left and _own_names(type(obj))
    found = [name for name in left if not own(name)]
    return {name: fields[name] for name in sorted(found)} if found and forgets(type(obj)) else {}


@_by_key
def _own_names(cls):
    """is_own(name): whether an attribute of that name is the class's own."""
    bases = [base for base in type.mro(cls) if not _is_session(base)]
    found = map(sys.modules.get, {base.__module__ for base in bases} - {"builtins"})
    modules = [module for module in found if isinstance(module, types.ModuleType)]
    unread = any(map(_is_of_cython, modules))

    @functools.cache
    def is_own(name):
        return (name.startswith("__") or unread and name.startswith("_") or any(_caches(vars(base).get(name)) for base in bases)
                or any(name in _stored_by(module) for module in modules))

    return is_own


def _is_session(cls) -> bool:
    return cls.__module__ == "__main__"


def _caches(found) -> bool:
    """A property that leaves what it has found under its own name, as functools.cached_property does."""
    kind = type(found)
    return hasattr(kind, "__get__") and not hasattr(kind, "__set__") and not isinstance(found, _CODE) and not callable(found)


def _is_of_cython(module) -> bool:
    return "__test__" in vars(module) and not str(vars(module).get("__file__")).endswith(".py")


@_by_key
def _stored_by(module) -> set:
    """The names under which code of the module's functions and classes, or what is nested in it, stores attributes."""
    codes = [code for function in stores.functions_of(module) for each in _wrapped(function) for code in stores.nested(each.__code__)]
    names = {name for code in codes for name in stores.stored(code, [stores.STORE_ATTR])}
    by_name = [code for code in codes if not _STORES_BY_NAME.isdisjoint(code.co_names)]
    return names.union(text for code in by_name for text in code.co_consts if type(text) is str)


def _wrapped(function):
    """A function, and those around which it was made."""
    while isinstance(function, types.FunctionType):
        yield function
        function = vars(function).get("__wrapped__")
