"""numpy arrays: memory once, views over it.

Pickle writes a view as an array of its own. Here the owner of the memory is written once and every view as
(owner, offset, strides), so that they share memory again. Owners come back owning their memory: `resize` works, and
nothing looks into the store's file.
"""
import collections
import itertools
import sys

from kernelferry._ferry import copy_memory
from kernelferry.codec import adapters_arrow, array_owner
from kernelferry.objects.array_memory import address

_IN_BAND = 4096  # bytes; below, a buffer's entry and alignment cost more than copying


def reduce_array(encoding, values):
    np = sys.modules["numpy"]
    cls = type(values)
    if not _is_plain(np, cls):
        return NotImplemented  # a state of their own
    attributes = getattr(values, "__dict__", None)
    owner = array_owner.of(values)
    if owner is not None:
        return _view(np, cls, values, owner, attributes)
    if values.base is not None and (view := adapters_arrow.reduce_view(encoding, values)):
        return *view, attributes, None, None, set_attributes
    if values.base is not None and not array_owner.nobody_sees(values):
        encoding.note(f"an array over memory of {type(values.base).__name__}: comes back with memory of its own")
    flags = values.flags
    if values.dtype.names and values.dtype.hasobject:  # numpy would write each record, with its objects, for itself
        if _held_elsewhere(encoding, [each for _, part in _fields(np.asarray(values)) if part.dtype == object for each in part.flat]):
            encoding.note("an array of records: objects in it are also held elsewhere, where they come back apart from it")
        order = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
        state = [(path, part.copy()) for path, part in _fields(np.asarray(values))], attributes, flags.writeable
        return empty_records, (cls, values.shape, values.dtype, order), state, None, None, set_records
    if values.size == 0 and cls is np.ndarray and flags.writeable and values.strides == np.empty(values.shape, values.dtype).strides:
        return np.empty, (values.shape, values.dtype)  # its pickle would come back with other strides
    if values.dtype.hasobject or (values.nbytes < _IN_BAND and flags.writeable and cls is np.ndarray and values.dtype.isnative):
        function, arguments, state = np.ndarray.__reduce__(values)
        return function, arguments, (state, attributes, flags.writeable), None, None, set_array
    axes = None
    flat = values
    if not flags.c_contiguous:
        axes = tuple(sorted(range(values.ndim), key=lambda axis: -abs(values.strides[axis])))
        flat = values.transpose(axes)
        if not flat.flags.c_contiguous:  # not dense: only memory of others, which is copied anyway
            axes, flat = None, np.ascontiguousarray(values)
    buffer = encoding.own_buffer(flat.view(np.ndarray).reshape(-1).view(np.uint8))
    return (own_array, (cls, buffer, values.dtype, flat.shape, axes, flags.writeable),
            attributes, None, None, set_attributes)


def _is_plain(np, cls) -> bool:
    """The state of an array of this class is its memory and its attributes. A masked array's is, though it reduces itself
    in another way; its mask is an attribute."""
    return cls is np.ndarray or any(cls.__reduce__ is known.__reduce__ for known in (np.ndarray, np.ma.MaskedArray))


def _view(np, cls, values, owner, attributes):
    offset = address(values) - address(owner)
    axes = None
    if array_owner.through_strides(values.base) is not values.base:
        arguments = (cls, owner, type(values.base), values.dtype, values.shape, offset, values.strides, values.flags.writeable)
        return strided_array, arguments, attributes, None, None, set_attributes
    if isinstance(owner, np.ndarray) and not (owner.flags.c_contiguous or owner.flags.f_contiguous):
        axes = tuple(sorted(range(owner.ndim), key=lambda axis: -abs(owner.strides[axis])))
    arguments = (cls, owner, axes, values.dtype, values.shape, offset, values.strides, values.flags.writeable)
    between = cls is np.ndarray and values.dtype.kind in "biufc" and array_owner.behind_cython(values.base) is not values.base
    return (array_behind_view if between else view_array), arguments, attributes, None, None, set_attributes


def reduce_flat(encoding, numbers):
    return make_flat, (numbers.base, numbers.index)


def make_flat(values, index):
    import numpy as np
    numbers = np.ndarray.flat.__get__(values)
    collections.deque(itertools.islice(numbers, index), 0)
    return numbers


def own_array(cls, buffer, dtype, shape, axes, writeable):
    import numpy as np
    if axes is None:
        values = np.ndarray.__new__(cls, shape, dtype)
        flat = values
    elif axes == tuple(reversed(range(len(shape)))):
        values = np.ndarray.__new__(cls, tuple(reversed(shape)), dtype, order="F")
        flat = values.transpose(axes)
    else:
        pattern = np.empty(shape, np.bool_).transpose(np.argsort(axes))
        values = np.empty_like(pattern, dtype=dtype, order="K")
        flat = values.transpose(axes)
    copy_memory(flat.view(np.ndarray).reshape(-1).view(np.uint8), np.frombuffer(buffer, np.uint8))
    if not writeable:
        values.flags.writeable = False
    return values


def array_behind_view(*arguments):
    """As view_array, but a memoryview stands between the two: the array, and not its owner, is the base of its own views."""
    import numpy as np
    return np.asarray(memoryview(view_array(*arguments)))


def view_array(cls, owner, axes, dtype, shape, offset, strides, writeable):
    import numpy as np
    locked = isinstance(owner, np.ndarray) and writeable and not owner.flags.writeable
    if locked:
        owner.flags.writeable = True
    buffer = owner if axes is None else owner.transpose(axes)
    if isinstance(owner, np.ndarray) and type(owner) is not cls and type(owner.base) is cls:  # numpy would skip `owner`
        values = np.ndarray.__new__(type(owner), shape, dtype, buffer, offset, strides).view(cls)
    else:
        values = np.ndarray.__new__(cls, shape, dtype, buffer, offset, strides)
    if locked:
        owner.flags.writeable = False
    if not writeable:
        values.flags.writeable = False
    return values


def strided_array(cls, owner, between, dtype, shape, offset, strides, writeable):
    """As as_strided() makes it: its windows may overlap, and lie outside of the owner."""
    import numpy as np
    interface = dict(owner.__array_interface__)
    interface.update(data=(interface["data"][0] + offset, not owner.flags.writeable), shape=shape, strides=strides)
    values = np.asarray(between(interface, base=owner))
    if values.dtype != dtype:
        values.dtype = dtype
    values = values.view(cls) if cls is not np.ndarray else values
    values.flags.writeable = writeable
    return values


def set_array(values, state):
    own, attributes, writeable = state
    import numpy as np
    np.ndarray.__setstate__(values, own)
    set_attributes(values, attributes)
    if not writeable:
        values.flags.writeable = False


def _held_elsewhere(encoding, values: list) -> bool:
    """Somebody else than an array and this list of its objects holds one of them, and could see whether it is the same.
    What the component's own names hold comes along."""
    own = {id(value) for value in encoding.values.values()}
    values = [value for value in values if id(value) not in own]
    times = collections.Counter(map(id, values))
    return any(type(value) not in (str, bytes, int, float, bool, type(None)) and sys.getrefcount(value) > 2 * times[id(value)] + 2
               for value in values)


def _fields(values, path=()):
    """(names, view) of each field; of records that hold objects those of their own fields."""
    for name in values.dtype.names:
        part = values[name]
        if part.dtype.names and part.dtype.hasobject:
            yield from _fields(part, (*path, name))
        else:
            yield (*path, name), part


def empty_records(cls, shape, dtype, order):
    import numpy as np
    return np.ndarray.__new__(cls, shape, dtype, order=order)


def set_records(values, state):
    parts, attributes, writeable = state
    import numpy as np
    for path, part in parts:
        target = np.asarray(values)
        for name in path:
            target = target[name]
        target[...] = part
    set_attributes(values, attributes)
    if not writeable:
        values.flags.writeable = False


def set_attributes(values, attributes):
    """Its class's `__array_finalize__` may have given it some already."""
    if attributes is not None:
        values.__dict__.clear()
        values.__dict__.update(attributes)


def reduce_record(encoding, record):
    """A record is a view of an item of the array that it was taken from."""
    np = sys.modules["numpy"]
    base = record.base
    if base is None:
        return NotImplemented
    index = _index(np, base, record) if isinstance(base, np.ndarray) else None
    if index is None:
        encoding.note(f"a record of a '{type(base).__name__}': comes back with memory of its own")
        return NotImplemented
    return item_of, (base, index)


def _index(np, base, record):
    """Where in the array the record lies; None if it is no item of it."""
    strides = base.strides
    lowest = sum((length - 1) * stride for length, stride in zip(base.shape, strides) if stride < 0)
    rest = address(np.asarray(record)) - address(base) - lowest
    index = [0] * base.ndim
    for axis in sorted(range(base.ndim), key=lambda axis: -abs(strides[axis])):
        if strides[axis]:
            steps, rest = divmod(rest, abs(strides[axis]))
            index[axis] = steps if strides[axis] > 0 else base.shape[axis] - 1 - steps
    if rest or not all(0 <= at < length for at, length in zip(index, base.shape)):
        return None
    found = item_of(base, tuple(index))
    return tuple(index) if type(found) is type(record) and found.dtype == record.dtype and found.base is base else None


def item_of(array, index):
    import numpy as np
    return np.ndarray.__getitem__(array, index)


def reduce_dtype(encoding, dtype):
    """The types of numbers exist once in a process, and `np.asarray(a, float) is a` goes by that; pickle would copy them."""
    np = sys.modules["numpy"]
    try:
        return (np.dtype, (dtype.str,)) if np.dtype(dtype.str) is dtype else NotImplemented
    except TypeError:  # one that has no such text
        return NotImplemented


def reduce_limits(encoding, limits):
    """Those of a type of floating point numbers, which also exist once, and which cannot be made without that type."""
    np = sys.modules["numpy"]
    return (np.finfo, (limits.dtype,)) if np.finfo(limits.dtype) is limits else NotImplemented


ADAPTERS = {"numpy.dtype": reduce_dtype, "numpy.finfo": reduce_limits,
            "numpy.ndarray": reduce_array, "numpy.flatiter": reduce_flat, "numpy.void": reduce_record}
