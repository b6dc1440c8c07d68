"""Data of ctypes: what is a part of another object, or looks into a buffer, is so again; its own pickling would make a copy of the bytes."""
import importlib
import operator

from kernelferry.codec.adapters_files import set_attributes


def reduce_data(encoding, data):
    if data._b_base_ is not None:
        return *_part(data, data._b_base_), vars(data), None, None, set_attributes
    if data._b_needsfree_:
        return NotImplemented  # memory of its own
    view = next((held for held in _held(data) if type(held) is memoryview), None)
    if view is None:
        raise TypeError("it lies at an address in memory of others (from_address): from_buffer() would tell in whose")
    offset = _address(data) - _address(importlib.import_module("ctypes").c_char.from_buffer(view.obj))
    return from_buffer, (type(data), view.obj, offset), vars(data), None, None, set_attributes


def _held(data) -> list:
    """What it keeps alive."""
    objects = data._objects
    return list(objects.values()) if type(objects) is dict else [objects]


def _address(data) -> int:
    return importlib.import_module("ctypes").addressof(data)


def _part(data, whole) -> tuple:
    """How it is asked of the object that it is a part of."""
    if hasattr(type(whole), "_fields_"):
        names = [name for cls in type(whole).__mro__ for name, *_ in vars(cls).get("_fields_", ())]
        ways = [(getattr, (whole, name)) for name in names]
    else:
        size = importlib.import_module("ctypes").sizeof(type(whole)._type_) or 1
        ways = [(operator.getitem, (whole, (_address(data) - _address(whole)) // size))]
    for function, arguments in ways:
        found = function(*arguments)
        if type(found) is type(data) and found._b_base_ is whole and _address(found) == _address(data):
            return function, arguments
    raise TypeError(f"it is a part of a {type(whole).__name__}, which does not tell which")


def from_buffer(cls, holder, offset):
    return cls.from_buffer(holder, offset)


ADAPTERS = dict.fromkeys((f"_ctypes.{name}" for name in ("_SimpleCData", "Structure", "Union", "Array")), reduce_data)
