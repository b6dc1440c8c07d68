"""What an object of a module of one's own is filled with: a container with its items, an instance with its fields, one that is both with both.

Whoever refers to the object goes on to do so; only what cannot be filled is set anew (local.py).
"""
import collections

from kernelferry._ferry import instance_dict

from .pack import HEAP_TYPE, has_no_more_than_fields, is_filled_by_fields

SEQUENCES = (list, collections.deque, bytearray)
MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
FILLED = (*SEQUENCES, set, *MAPPINGS)
PICKLING = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")


def contents(value):
    """(kind, what is written): "fill" and what the object is filled with, or "set" and the object itself."""
    kind = type(value)
    if kind in SEQUENCES:
        return "fill", value.copy()
    if kind is set:
        return "fill", set(value)
    if kind in MAPPINGS:
        return "fill", list(value.items())
    if is_filled_by_fields(value):
        return "fill", dict(vars(value))
    if (base := filled_as(value)) is not None:
        return "fill", (list((dict.items if base is dict else base.__iter__)(value)), dict(vars(value)))
    return "set", value


def filled_as(value):
    """dict, list or set where an instance of a class written in Python is such a one and has fields beside, and pickling says no more; else None. Without any
    code of its class."""
    kind = type(value)
    base = next((each for each in (dict, list, set) if issubclass(kind, each) and kind is not each), None)
    plain = base is not None and all(each in (base, object) or each.__flags__ & HEAP_TYPE for each in kind.__mro__) and kind.__dictoffset__ != 0
    plain = plain and all(getattr(kind, name, None) is getattr(base, name, None) for name in PICKLING) and instance_dict(value) is not value
    return base if plain and has_no_more_than_fields(kind, base) else None


def parts_in(value, what) -> list:
    """The objects in what is written of it."""
    if type(what) is dict:
        return list(what.values())
    if (base := filled_as(value)) is not None:
        what, fields = what
        return [*fields.values(), *(what if base is not dict else [part for pair in what for part in pair])]
    return [part for pair in what for part in pair] if type(value) in MAPPINGS else list(what)


def fill(value, contents):
    kind, base = type(value), filled_as(value)
    if base is not None:
        parts, fields = contents
        base.clear(value)
        (list.extend if base is list else base.update)(value, parts)
        vars(value).clear()
        vars(value).update(fields)
    elif kind in SEQUENCES:
        value.clear()
        value.extend(contents)
    elif kind is set:
        value.clear()
        value.update(contents)
    else:
        fields = value if kind in MAPPINGS else vars(value)
        fields.clear()
        for key, item in contents if kind in MAPPINGS else contents.items():
            fields[key] = item
