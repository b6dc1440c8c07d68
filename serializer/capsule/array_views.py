"""Arrays of numpy that look into the memory of another one: `a[:3]`, `m.T`, `a.reshape(2, 3)`."""
import sys

from kernelferry._ferry import instance_dict
from kernelferry.objects.array_memory import address


def owner_of(value):
    """The array whose memory this one looks into, where that is plain; or None."""
    np = sys.modules.get("numpy")
    if np is None or not _is_plain(np, type(value)):
        return None
    owner = value.base
    while issubclass(type(owner), np.ndarray) and type(owner.base) is type(owner):
        owner = owner.base
    return owner if _is_plain(np, type(owner)) and owner.size and _buffer_of(owner) is not None else None


def owners_of(value):
    """owner_of(), and what that looks into in turn, as an array of another class may."""
    while (value := owner_of(value)) is not None:
        yield value


def _is_plain(np, cls) -> bool:
    """An array of this class is its memory and its attributes."""
    return issubclass(cls, np.ndarray) and cls.__reduce__ in (np.ndarray.__reduce__, getattr(sys.modules.get("numpy.ma"), "MaskedArray", np.ndarray).__reduce__)


def _buffer_of(owner):
    """What gives all bytes of an array as they lie: itself, or an array over them. None where they lie with gaps."""
    if owner.flags.forc:
        return owner
    flat = owner.view(sys.modules["numpy"].ndarray).ravel("K")
    return None if flat.flags.owndata or owner.dtype.hasobject else flat


def reduced(value, owner):
    offset = address(value) - address(_buffer_of(owner))
    arguments = type(value), owner, value.dtype, value.shape, offset, value.strides, value.flags.writeable
    attributes = {name: held for name, held in instance_dict(value).items() if name != "_mmap"} if _is_mapped(value) else instance_dict(value)
    return array_over, arguments, attributes, None, None, set_attributes


def _is_mapped(array) -> bool:
    """It refers to the mapped file into which its owner looks."""
    return isinstance(array, sys.modules["numpy"].memmap)


def _mapped_under(array):
    """None under one that was made over other memory."""
    while isinstance(array, sys.modules["numpy"].ndarray):
        array = array.base
    return array if type(array) is sys.modules["mmap"].mmap else None


def array_over(cls, owner, dtype, shape, offset, strides, writeable):
    import numpy as np
    array = np.ndarray.__new__(cls, shape, dtype, _buffer_of(owner), offset, strides)
    if not writeable:
        array.flags.writeable = False
    return array


def set_attributes(array, attributes):
    """Its class may have given it some when it was made."""
    own, mapped = instance_dict(array), {"_mmap": _mapped_under(array)} if _is_mapped(array) else {}
    own.clear()
    own.update(mapped)
    own.update(attributes)
