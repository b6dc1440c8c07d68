"""Where in a component an object is: the path a person would write, `obj.attr[3]`. Only asked after a failure.

A breadth-first search by identity, so that the shortest path wins. It never runs user code: attributes are read from
instance dicts and slots, dicts and lists through the builtin types.
"""
import functools
import gc
import sys
import types
from collections import deque

from kernelferry._ferry import instance_dict

_MOST = 2_000_000  # objects looked at; a path is a help, not a promise


def type_name(obj) -> str:
    cls = type(obj)
    return cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"


def path_to(culprit, values: dict, exports: dict) -> str:
    """Path from a name (or from a class or function of the component), or the best there is: its first name."""
    queue = deque((name, obj) for name, obj in values.items())
    queue.extend((getattr(obj, "__qualname__", f"#{pid}"), obj) for pid, obj in exports.items())
    first = queue[0][0] if queue else "?"
    seen = set()
    kept = []  # children may be made on the fly: their addresses must stay theirs
    while queue and len(seen) < _MOST:
        path, obj = queue.popleft()
        if obj is culprit:
            return path
        if id(obj) in seen or issubclass(type(obj), (str, int, float, bytes, types.ModuleType)):
            continue
        seen.add(id(obj))
        kept.append(obj)
        queue.extend((path + step, child) for step, child in _children(obj))
    return first


def _label(key) -> str:
    text = repr(key) if type(key) in (str, int, float, bool, bytes, type(None)) else f"<{type(key).__name__}>"
    return f"[{text if len(text) < 60 else text[:57] + '...'}]"


def _attributes(obj):
    own = instance_dict(obj)
    if own is not None:
        yield from ((f".{name}", value) for name, value in list(own.items()))
    for cls in type(obj).__mro__:
        for name, member in list(vars(cls).items()):
            if type(member) is types.MemberDescriptorType and cls.__flags__ & (1 << 9):  # slots of a class of Python
                try:
                    yield f".{name}", member.__get__(obj)
                except AttributeError:
                    pass


def _children(obj):
    kind = type(obj)  # isinstance would ask what a proxy refers to, which may be gone
    if issubclass(kind, dict):
        for number, (key, value) in enumerate(dict.items(obj)):
            yield _label(key), value
            yield f".keys()[{number}]", key
    elif issubclass(kind, (list, tuple)):
        items = list.__iter__(obj) if issubclass(kind, list) else tuple.__iter__(obj)
        yield from ((f"[{number}]", item) for number, item in enumerate(items))
    elif issubclass(kind, (set, frozenset)):
        items = set.__iter__(obj) if issubclass(kind, set) else frozenset.__iter__(obj)
        yield from (("{...}", item) for item in items)
    elif issubclass(kind, types.FunctionType):
        yield from _function_children(obj)
    elif issubclass(kind, types.MethodType):
        yield ".__self__", obj.__self__
        yield ".__func__", obj.__func__
    elif issubclass(kind, functools.partial):
        yield ".func", obj.func
        yield ".args", obj.args
        yield ".keywords", obj.keywords
    elif issubclass(kind, type):
        if obj.__flags__ & (1 << 9):
            yield from ((f".{name}", value) for name, value in list(vars(obj).items()))
            yield from ((".__bases__", base) for base in obj.__bases__)
        return
    elif (numpy := sys.modules.get("numpy")) and issubclass(kind, numpy.ndarray):
        yield ".base", numpy.ndarray.base.__get__(obj)  # which no collector is told of
    yield from _attributes(obj)
    if not issubclass(kind, (dict, list, tuple, set, frozenset, types.FunctionType)):
        yield from (("." + type(child).__name__, child) for child in gc.get_referents(obj)
                    if not issubclass(type(child), type))


def _function_children(function):
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            yield f".{name}", cell.cell_contents
        except ValueError:
            pass
    for number, value in enumerate(function.__defaults__ or ()):
        yield f".__defaults__[{number}]", value
    yield from ((f".__kwdefaults__{_label(key)}", value) for key, value in (function.__kwdefaults__ or {}).items())
