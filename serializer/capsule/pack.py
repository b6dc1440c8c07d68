"""Bytes for the values that items of process state hold.

Such a value may be an object of the user's (`json.dumps = f`, `Out[3] is df`). It must come back as that very object, so
whatever the namespace holds is written as its name and read from the namespace again. Functions of the session that no
name holds get the live namespace as their globals. All else is pickled; classes without a name go by value.
`names` may also say (module, attribute, or "Class.attribute") of an object: it is then written as that attribute; or (variable or such an attribute, steps,
name of its type): as the way there from that (shared.py). A standard stream is that of
the process, whatever a cell has put in its place since.
"""
import collections
import contextlib
import copyreg
import functools
import gc
import importlib
import io
import itertools
import marshal
import pickle
import sys
import types

import cloudpickle

from kernelferry._ferry import instance_dict, user_names

from . import array_views
from .kind import give_way

# Values without an identity that anybody could miss.
PLAIN = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis), range, slice)

STRIDE = 256  # objects between two looks whether a request waits
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
POINTER = 8  # bytes
REFUSED = (io.TextIOWrapper, memoryview)  # which cloudpickle makes something else of
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))  # and which it cuts off from their dict
reducers = []  # reduce(object) -> a reduction or NotImplemented, for what cloudpickle refuses: the session puts that of the codec here
STREAMS = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}  # of the process: as they are before the first cell
STREAM_NAMES = {id(stream): name for name, stream in STREAMS.items()}


def names_of(namespace):
    """id -> name of each object that the user's names hold, for `pack`. Valid while the namespace does not change. Values are asked for
    their type alone: `isinstance` would ask what a proxy refers to, which may be gone, or a property `__class__` of the session."""
    held = ((name, namespace[name]) for name in user_names(namespace))
    return {id(value): name for name, value in held if type(value) not in PLAIN and not issubclass(type(value), types.ModuleType)}


def make_function(code, name, defaults, kwdefaults, closure, attributes, namespace):
    function = types.FunctionType(marshal.loads(code), namespace, name, defaults,
                                  tuple(types.CellType(value) for value in closure) or None)
    function.__kwdefaults__ = kwdefaults
    function.__dict__.update(attributes)
    return function


def is_filled_by_fields(value) -> bool:
    """An instance that its `__dict__` describes: pickling it would write no more than that."""
    kind = type(value)
    plain = kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__
    plain = plain and kind.__getstate__ is object.__getstate__ and kind not in copyreg.dispatch_table
    plain = plain and not hasattr(kind, "__setstate__") and not hasattr(kind, "__getnewargs__") and not hasattr(kind, "__getnewargs_ex__")
    plain = plain and all(base is object or base.__flags__ & HEAP_TYPE for base in kind.__mro__)  # a classmethod holds its function elsewhere
    return plain and type(getattr(value, "__dict__", None)) is dict and has_no_more_than_fields(kind, object)


def has_no_more_than_fields(kind, base) -> bool:
    """Whether instances hold nothing beside their `__dict__`, what refers to them weakly, and what the base holds: slots would make them larger."""
    pointers = (kind.__dictoffset__ > 0) + (kind.__weakrefoffset__ > 0 and base.__weakrefoffset__ <= 0)
    return kind.__basicsize__ <= base.__basicsize__ + pointers * POINTER


def empty(cls):
    """Without code of the class, which may want arguments or remember each instance that it makes."""
    return object.__new__(cls)


def only_one(cls, attribute):
    """What the class holds there, where its `__new__` makes no second instance; an empty one where none is there yet."""
    held = vars(cls).get(attribute)
    return held if type(held) is cls else empty(cls)


def set_fields(value, fields):
    """Asks a class for nothing: its `__getattr__` may need what is not there yet."""
    value.__dict__.update(fields)


def set_fields_once(value, fields):
    if not value.__dict__:
        set_fields(value, fields)


class Pickler(cloudpickle.Pickler):
    def __init__(self, file, namespace, names, met=None):
        super().__init__(file, protocol=5)
        self.namespace, self.names, self.met = namespace, names, met

    def persistent_id(self, obj):
        if obj is self.namespace:
            return "namespace", ""
        stream = STREAM_NAMES.get(id(obj))
        if stream is not None:
            return "stream", stream
        name = self.names.get(id(obj))
        if name is None:
            if self.met is not None and type(obj) not in PLAIN:
                self.met.append(obj)
                if len(self.met) % STRIDE == 0:
                    give_way()
            return None
        return ("name" if type(name) is str else "attribute" if len(name) == 2 else "way"), name

    def reducer_override(self, obj):
        if isinstance(obj, types.FunctionType) and obj.__globals__ is self.namespace:
            closure = tuple(cell.cell_contents for cell in obj.__closure__ or ())
            return make_function, (marshal.dumps(obj.__code__), obj.__name__, obj.__defaults__, obj.__kwdefaults__,
                                   closure, obj.__dict__, self.namespace)
        for owner in array_views.owners_of(obj):
            if self.names.get(id(owner)) is not None:
                return array_views.reduced(obj, owner)
            if self.met is not None:
                self.met.append(owner)  # something may lead to it
        for reduce in reducers:
            if (reduced := reduce(obj)) is not NotImplemented:
                return reduced
        if isinstance(obj, Absent):
            raise LookupError(obj.why)
        if type(obj) is memoryview and type(obj.obj) is bytes and obj.format == "B" and obj.contiguous and obj.nbytes == len(obj.obj):
            return memoryview, (obj.obj,)
        if isinstance(obj, REFUSED):
            raise TypeError(f"cannot pickle '{type(obj).__name__}' object")
        if isinstance(obj, VIEWS):
            return getattr(dict, type(obj).__name__.removeprefix("dict_")), (gc.get_referents(obj)[0],)
        if not isinstance(obj, type) and is_filled_by_fields(obj):
            if (attribute := held_by_its_class(obj)) is not None:
                return only_one, (type(obj), attribute), dict(vars(obj)), None, None, set_fields_once
            return empty, (type(obj),), dict(vars(obj)), None, None, set_fields
        return super().reducer_override(obj)


def held_by_its_class(value):
    """The attribute under which a class with a `__new__` holds an instance of its, as one does of which there is but one; or None."""
    kind = type(value)
    return None if kind.__new__ is object.__new__ else next((name for name, held in vars(kind).items() if held is value), None)


def base_of(container):
    """The builtin class of a container, whose subclass may be the user's."""
    return next(base for base in (dict, list, tuple, collections.deque) if isinstance(container, base))


def entries_of(table):
    """Keys and values of a dict in its order, whatever a subclass says."""
    return (collections.OrderedDict if isinstance(table, collections.OrderedDict) else dict).items(table)


def follow(value, steps):
    for kind, key in steps:
        if kind == "item":
            value = base_of(value).__getitem__(value, key)
        elif kind == "entry":  # under a key that is no plain value, whose hash may be code of the session's
            value = next(itertools.islice(entries_of(value), key, None))[1]
        elif kind == "cell":
            value = value.__closure__[key].cell_contents
        elif kind == "part":
            value = getattr(value, key)
        elif kind == "self":
            value = value.__self__
        elif kind == "base":
            value = value.base
        elif kind == "slot":
            value = next(vars(cls)[key] for cls in type(value).__mro__ if key in vars(cls)).__get__(value)
        else:
            value = instance_dict(value) if kind == "vars" else instance_dict(value)[key]
    return value


class Absent:
    """Stands for what is not there any more, among values that were written as one. What holds it cannot be packed."""

    def __init__(self, why):
        self.why = why


class Finding:
    """How an unpickler finds what was written as a name, an attribute or a way."""
    namespace, absent = {}, None  # absent: a list that gets an object for each that leads nowhere; without it the first of them raises LookupError

    def persistent_load(self, pid):
        if self.absent is None:
            return self._find(*pid)
        try:
            return self._find(*pid)
        except LookupError as error:
            self.absent.append(Absent(str(error)))
            return self.absent[-1]

    def _find(self, kind, name):
        if kind == "namespace":
            return self.namespace
        if kind == "stream":
            return STREAMS[name]
        if kind == "attribute":
            module, way = name
            return functools.reduce(lambda holder, attribute: vars(holder)[attribute], way.split("."), importlib.import_module(module))
        name, *way = name if kind == "way" else (name,)
        if type(name) is tuple:
            return self._follow(f"the attribute {'.'.join(name)}", self._find("attribute", name), *way)
        if name not in self.namespace:
            raise LookupError(f"the variable {name} is not there")
        return self._follow(f"the variable {name}", self.namespace[name], *way) if way else self.namespace[name]

    def _follow(self, words, value, steps, type_name):
        with contextlib.suppress(LookupError, AttributeError, TypeError, ValueError, StopIteration):
            found = follow(value, steps)
            if type(found).__qualname__ == type_name:
                return found
        raise LookupError(f"it shared an object with {words}, which does not hold it any more")


class Unpickler(Finding, pickle.Unpickler):
    def __init__(self, file, namespace, absent=None):
        super().__init__(file)
        self.namespace, self.absent = namespace, absent


class Bounded(io.BytesIO):
    """Takes no more than `most` bytes: what is larger is not pickled to its end."""

    def __init__(self, most):
        super().__init__()
        self.most = most

    def write(self, data):
        if self.tell() + memoryview(data).nbytes > self.most:
            raise ValueError(f"it takes more than {self.most >> 20} MiB")
        return super().write(data)


def pack(value, namespace, names, most=None, met=None) -> bytes:
    """met: a list that gets what was pickled and is not written as something else, each object as often as it was met; then it gives way to
    requests. Raises what pickling raises, and Stopped."""
    file = io.BytesIO() if most is None else Bounded(most)
    Pickler(file, namespace, names, met).dump(value)
    return file.getvalue()


def unpack(data, namespace, absent=None):
    """absent: as in Finding."""
    return Unpickler(io.BytesIO(data), namespace, absent).load()


def reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def refusal(value, error) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__} ({reason(error)})"


def pack_each(values: dict, namespace, names, most=None) -> tuple[dict, dict]:
    """Each value alone: ({key: bytes}, {key: why it could not be packed})."""
    packed, lost = {}, {}
    for key, value in values.items():
        try:
            packed[key] = pack(value, namespace, names, most)
        except Exception as error:  # a user's reduction may raise anything
            lost[key] = refusal(value, error)
    return packed, lost


def unpack_each(packed: dict, namespace) -> tuple[dict, dict]:
    values, lost = {}, {}
    for key, data in packed.items():
        try:
            values[key] = unpack(data, namespace)
        except Exception as error:
            lost[key] = reason(error)
    return values, lost
