"""Classes that `collections.namedtuple` made (`typing.NamedTuple` calls it, too): by that call, and what the class has otherwise.

Of a class's attributes the call makes all but a few: methods, and a descriptor for each field. They belong to Python's library and
are made by that of the process in which the class comes back, as functions of libraries are that an import finds. What the
call makes is seen by asking it: a twin is made and compared part by part. A part that is not its twin's equal goes by
value; so does one of whose own parts (a docstring, a cell) somebody else holds any, which reference counts tell: the twin's are
those that the call leaves. Whoever else holds a method or a descriptor gets that of the class.
"""
import sys
import types
from collections import _tuplegetter, namedtuple  # as they are before a cell can exchange them
from typing import NamedTuple

from kernelferry._ferry import fill_class, function_parts

from .functions import code_arguments

_DICT_OF = type.__dict__["__dict__"].__get__
_WRAPPED = (staticmethod, classmethod)
_GENERATED = (*_WRAPPED, types.FunctionType, _tuplegetter)


class NamedTuples:
    """The named tuples among the objects that one encoding knows to be its own or, `needs`, another component's."""

    def __init__(self, needs, own):
        self._foreign = {id(obj) for obj in needs}
        self._classes = {id(obj): obj for obj in (*needs, *own) if _may_be_one(obj)}
        self._recipes = None  # id of a class -> arguments of make_named_tuple, state for set_named_tuple; of those that the call makes
        self._parts = {}  # id of a generated part -> arguments of find_part
        self.used = False

    def reduce_class(self, cls):
        """The call and what to do then; None: the class goes by value. Of one that is not known, parts may have been written before it was met."""
        recipe = self._look().get(id(cls))
        if recipe is None:
            return None
        self.used = True
        return make_named_tuple, recipe[0], recipe[1], None, None, set_named_tuple

    def reduce_part(self, obj):
        """Of what was generated for one of these classes; None for all else."""
        self._look()
        place = self._parts.get(id(obj))
        if place is None:
            return None
        self.used = True
        return find_part, place

    def _is_anothers(self, part):
        held = part.__func__ if type(part) in _WRAPPED else part
        return any(id(obj) in self._foreign or id(obj) in self._parts for obj in (part, held))

    def _look(self):
        if self._recipes is None:
            self._recipes = {}
            for number, cls in self._classes.items():
                recipe = _recipe(cls, self._is_anothers)
                if recipe:
                    arguments, state, parts = recipe
                    self._recipes[number] = arguments, state
                    for name, part in parts.items():
                        self._parts[id(part)] = cls, name
                        if type(part) in _WRAPPED:
                            self._parts[id(part.__func__)] = cls, name, True
        return self._recipes


def _may_be_one(obj) -> bool:
    return type(obj) is type and obj.__bases__ == (tuple,) and type(_DICT_OF(obj).get("_fields")) is tuple


def _twin_of(cls, own):
    """What the call makes now that made this class; None where it would make something else."""
    fields, module = own["_fields"], own.get("__module__")
    if type(module) is not str or any(type(field) is not str for field in fields):
        return None
    try:
        twin = namedtuple(cls.__name__, fields, rename=True, module=module)
    except Exception:  # names that it does not take
        return None
    if "__orig_bases__" in own:
        twin.__orig_bases__ = (NamedTuple,)
    return twin if twin._fields == fields and own.keys() >= _DICT_OF(twin).keys() else None


def _recipe(cls, is_anothers):
    """(arguments of make_named_tuple, state for set_named_tuple, generated parts by name), or None. `is_anothers`: asked of a part that it may be."""
    own = dict(_DICT_OF(cls))
    twins_class = _twin_of(cls, own)
    if twins_class is None:
        return None
    fields, twin = own["_fields"], dict(_DICT_OF(twins_class))  # what either has is held twice now
    parts, rest, comparison = {}, {}, _Comparison(fields, twin["_fields"])
    for name in own:  # by items() a tuple would hold the value, too
        value, made = own[name], twin.get(name)
        if type(made) in _GENERATED and comparison.same(value, made) and not is_anothers(value):
            parts[name] = value
        elif name not in twin or not (value is made or comparison.alike(value, made)):
            rest[name] = value
    defaults = annotations = None
    if "__new__" in parts:
        function = parts["__new__"].__func__
        defaults, annotations = function.__defaults__, function_parts(function)[0]
    by_typing = "__orig_bases__" in own.keys() - rest.keys() and annotations is not None and own.get("__annotations__") is annotations
    if by_typing:
        del rest["__annotations__"]
    elif "__orig_bases__" in own:
        rest["__orig_bases__"] = own["__orig_bases__"]
    rest.pop("_field_defaults", None)  # is always given: a dict that somebody may hold
    more = [name for name in rest if name not in twin or name == "__orig_bases__"]
    made_so = [*(name for name in twin if name != "__orig_bases__"), *(["__annotations__", *more, "__orig_bases__"] if by_typing else more)]
    state = (by_typing, defaults, annotations, own["_field_defaults"], list(rest.items()) or None, None if [*own] == made_so else [*own],
             None if cls.__qualname__ == cls.__name__ else cls.__qualname__)
    return (cls.__name__, fields, own["__module__"]), state, parts


class _Comparison:
    """Of what a class has with what its twin has."""

    def __init__(self, fields, twins_fields):
        self._fields, self._twins_fields = fields, twins_fields

    def same(self, one, other) -> bool:
        """Whether an attribute is as the call makes it, whoever holds it. Of `__new__` not what is stored beside it."""
        if type(one) is not type(other):
            return False
        if type(one) in _WRAPPED:
            return self.same(one.__func__, other.__func__) and self._all(vars(one).values(), vars(other).values()) and vars(one).keys() == vars(other).keys()
        if type(one) is _tuplegetter:
            (number, text), (its_number, its_text) = one.__reduce__()[1], other.__reduce__()[1]
            return number == its_number and text is its_text  # interned
        return self._all(_innards(one), _innards(other))

    def alike(self, one, other) -> bool:
        """Whether a part of a part is as the call makes it, and nobody else holds it."""
        if other is self._twins_fields:
            return one is self._fields
        if one is other:
            return True
        if type(one) is not type(other) or sys.getrefcount(one) != sys.getrefcount(other):
            return False
        if type(one) in (str, int):
            return one == other
        if type(one) is tuple:
            return self._all(one, other)
        if type(one) is dict:
            return [*one] == [*other] and self._all(one.values(), other.values())
        if type(one) is types.CellType:
            return self._all(_contents(one), _contents(other))
        if type(one) is types.CodeType:
            return code_arguments(one) == code_arguments(other)
        return type(one) is types.FunctionType and self.same(one, other)

    def _all(self, ones, others) -> bool:
        return len(ones) == len(others) and all(self.alike(one, other) for one, other in zip(ones, others))


def _innards(function):
    """What a function is made of. Of a `__new__` neither defaults nor annotations: they are the class's own."""
    annotations, attributes = function_parts(function)
    kept = () if function.__name__ == "__new__" else (function.__defaults__, annotations)
    return (function.__code__, function.__globals__, function.__closure__, function.__name__, function.__qualname__, function.__module__,
            function.__doc__, function.__kwdefaults__, attributes, *kept)


def _contents(cell):
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def make_named_tuple(name, fields, module):
    cls = namedtuple(name, fields, rename=True, module=module)  # rename: of a call that did so, the fields have underscores
    fill_class(cls, [("_fields", fields), ("__match_args__", fields)], [])  # and hold that very tuple
    replace = _DICT_OF(cls)["_replace"]
    for variable, cell in zip(replace.__code__.co_freevars, replace.__closure__):
        if variable == "field_names":
            cell.cell_contents = fields
    return cls


def set_named_tuple(cls, state):
    by_typing, defaults, annotations, field_defaults, items, order, qualname = state
    items = [("_field_defaults", field_defaults), *(items or ())]
    if by_typing:
        items = [("__annotations__", annotations), *items, ("__orig_bases__", (NamedTuple,))]
    new = _DICT_OF(cls)["__new__"].__func__
    if defaults is not None:
        new.__defaults__ = defaults
    if annotations is not None:
        new.__annotations__ = annotations
    if qualname is not None:
        type.__dict__["__qualname__"].__set__(cls, qualname)
    fill_class(cls, items, order or [])


def find_part(cls, name, unwrap=False):
    found = _DICT_OF(cls)[name]
    return found.__func__ if unwrap else found


def reduce_getter(encoding, getter):
    return encoding.named_tuples.reduce_part(getter) or NotImplemented


KINDS = {_tuplegetter: reduce_getter}
