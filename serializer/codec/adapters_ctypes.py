"""Data of ctypes: what is a part of another object, or looks into a buffer, is so again; its own pickling would make a copy of the bytes."""
import importlib
import operator

from kernelferry.codec.adapters_files import set_attributes


def reduce_data(encoding, data):
    if any(map(_is_pointer, _kinds(type(data)))):  # ctypes itself lets those in fields of a base pass
        raise ValueError("ctypes objects containing pointers cannot be pickled")
    if data._b_base_ is not None:
        return *_part(data, data._b_base_), vars(data), None, None, set_attributes
    if data._b_needsfree_:
        return NotImplemented  # memory of its own
    view = next((held for held in _held(data) if type(held) is memoryview), None)
    if view is None:
        raise TypeError("it lies at an address in memory of others (from_address): from_buffer() would tell in whose")
    offset = _address(data) - _address(importlib.import_module("ctypes").c_char.from_buffer(view.obj))
    return from_buffer, (type(data), view.obj, offset), vars(data), None, None, set_attributes


def _is_pointer(cls) -> bool:
    ctypes = importlib.import_module("ctypes")
    return issubclass(cls, (ctypes._Pointer, ctypes._CFuncPtr)) or issubclass(cls, ctypes._SimpleCData) and cls._type_ in "zZPO"


def _kinds(cls):
    """The class, and those of what its data consist of."""
    yield cls
    parts = [cls._type_] if issubclass(cls, importlib.import_module("ctypes").Array) else [kind for _, _, kind in _fields(cls)]
    for kind in parts:
        yield from _kinds(kind)


def _fields(cls) -> list:
    """(class that defines it, name, kind) of each field."""
    return [(base, *field[:2]) for base in cls.__mro__ for field in vars(base).get("_fields_", ())]


def _held(data) -> list:
    """What it keeps alive."""
    objects = data._objects
    return list(objects.values()) if type(objects) is dict else [objects]


def _address(data) -> int:
    return importlib.import_module("ctypes").addressof(data)


def _part(data, whole) -> tuple:
    """How it is asked of the object that it is a part of. What else is in that is not read: it may refer to where nothing is."""
    cls, at, ctypes = type(whole), _address(data) - _address(whole), importlib.import_module("ctypes")
    if isinstance(whole, ctypes.Array):
        ways = [(operator.getitem, (whole, at // (ctypes.sizeof(cls._type_) or 1)))] if cls._type_ is type(data) else []
    else:
        ways = [(getattr, (whole, name)) for base, name, kind in _fields(cls) if kind is type(data) and vars(base)[name].offset == at]
    for function, arguments in ways:
        found = function(*arguments)
        if type(found) is type(data) and found._b_base_ is whole and _address(found) == _address(data):
            return function, arguments
    raise TypeError(f"it is a part of a {cls.__name__}, which does not tell which")


def from_buffer(cls, holder, offset):
    return cls.from_buffer(holder, offset)


ADAPTERS = dict.fromkeys((f"_ctypes.{name}" for name in ("_SimpleCData", "Structure", "Union", "Array")), reduce_data)
