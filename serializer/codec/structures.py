"""Classes of the session that ctypes lays out: structures and unions. Their class of classes has no name, and makes them with their fields."""
import sys
import types

_AT_ONCE = ("_pack_", "_align_", "_layout_", "_anonymous_", "_fields_")  # what it must know to lay them out


def is_structure(cls) -> bool:
    return _kind(cls) is not None


def _kind(cls):
    """"Structure", "Union", or None."""
    ctypes = sys.modules.get("_ctypes")
    return next((kind for kind in ("Structure", "Union") if type(cls) is type(getattr(ctypes, kind))), None) if ctypes is not None else None


def reduce_structure(cls, set_class):
    """set_class(cls, state) fills it with what is not its layout."""
    names = dict(vars(cls))
    if "__slots__" in names or any("__init_subclass__" in vars(base) for base in cls.__mro__[1:-1]):
        raise TypeError("a structure of ctypes whose class does more than lay it out")
    at_once = {name: names[name] for name in _AT_ONCE if name in names}
    items = [(name, value) for name, value in names.items()
             if name not in at_once and not _is_field(value) and type(value) is not types.GetSetDescriptorType]
    state = (cls.__qualname__, items, list(names), None)
    return make_structure, (_kind(cls), cls.__name__, cls.__bases__, names.get("__module__"), at_once, _layout(cls)), state, None, None, set_class


def _is_field(value) -> bool:
    return (type(value).__module__, type(value).__name__) == ("_ctypes", "CField")


def _layout(cls) -> list:
    return [(name, field.offset, field.size) for name, field in vars(cls).items() if _is_field(field)]


def make_structure(kind, name, bases, module, at_once, layout):
    import ctypes
    cls = type(getattr(ctypes, kind))(name, bases, {"__module__": module, **at_once})
    if _layout(cls) != layout:
        raise ValueError(f"the structure {name} is laid out otherwise here")
    return cls
