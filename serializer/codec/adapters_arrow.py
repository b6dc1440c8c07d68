"""pyarrow: buffers over memory of numpy, and arrays of numpy over buffers.

`pa.array(a)` and `pa.Table.from_pandas(df)` copy no plain numbers, and neither does `to_numpy()` on the way back: what is written
to the one is seen in the other. A buffer that looks into memory which the component holds as an array or a bytearray comes back
as one over that (memory.py finds it), any other with bytes of its own.
"""
import sys

from kernelferry.codec import memory
from kernelferry.objects.array_memory import address, extent


def reduce_buffer(encoding, buffer):
    place = encoding.memory.place_of(buffer, buffer.address, buffer.size) if buffer.is_cpu else None
    return (buffer_over, (*place, buffer.size, buffer.is_mutable)) if place else NotImplemented


def buffer_over(owner, offset, size, mutable):
    import pyarrow
    view = bytes_of(owner)[offset:offset + size]
    return pyarrow.py_buffer(view if mutable else view.toreadonly())


def bytes_of(owner) -> memoryview:
    return memoryview(owner if memory.is_buffer(owner) else memory.in_order(owner)).cast("B")


def reduce_view(encoding, values):
    """An array of numpy whose memory is an object's of C: over what else in the component has that memory. None if nothing has."""
    if values.dtype.hasobject:
        return None
    base = values.base.obj if type(values.base) is memoryview else values.base
    low, size = extent(values)
    owner, offset = encoding.memory.place_of(values, low, size, values.flags.writeable) or (None, 0)
    start = low - offset
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and isinstance(base, arrow.Array):
        owner, start = base, address_of(base)
    elif memory.is_buffer(base):
        owner, start = base, base.address
    if owner is None or start is None:
        return None
    place = address(values) - start, values.dtype, values.shape, values.strides, values.flags.writeable
    return view_over, (type(values), owner, *place)


def address_of(array):
    """Of the items of an array of pyarrow; None where numpy cannot look at them without copying."""
    try:
        return address(array.to_numpy(zero_copy_only=True))
    except (ValueError, NotImplementedError):  # what pyarrow raises are such
        return None


def view_over(cls, owner, offset, dtype, shape, strides, writeable):
    """No array stands between this one and the owner's memory, as where C gave it out."""
    import numpy as np
    as_bytes = memory.is_buffer(owner) or memory.in_order(owner) is not None
    held = np.asarray(bytes_of(owner)) if as_bytes else owner.to_numpy(zero_copy_only=True)
    values = np.ndarray.__new__(cls, shape, dtype, held, offset, strides)
    if not writeable:
        values.flags.writeable = False
    return values


def reduce_type(encoding, kind):
    """One object for `pa.int64()` in a process, and one for each array that is asked."""
    make, arguments, *more = kind.__reduce__()
    if more or make(*arguments) is kind or type(type_of_array(make, arguments)) is not type(kind):
        return NotImplemented
    return type_of_array, (make, arguments)


def type_of_array(make, arguments):
    return sys.modules["pyarrow"].schema([("", make(*arguments))]).field(0).type


ADAPTERS = {"pyarrow.lib.Buffer": reduce_buffer, "pyarrow.lib.DataType": reduce_type}
