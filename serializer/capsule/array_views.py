"""Arrays of numpy that look into the memory of another one: `a[:3]`, `m.T`, `a.reshape(2, 3)`."""
import sys

from kernelferry._ferry import instance_dict


def owner_of(value):
    """The array whose memory this one looks into, where that is plain; or None."""
    np = sys.modules.get("numpy")
    if np is None or not _is_plain(np, type(value)):
        return None
    owner = value.base
    while issubclass(type(owner), np.ndarray) and type(owner.base) is type(owner):
        owner = owner.base
    return owner if _is_plain(np, type(owner)) and owner.size and _buffer_of(owner) is not None else None


def _is_plain(np, cls) -> bool:
    """An array of this class is its memory and its attributes."""
    if not issubclass(cls, np.ndarray) or issubclass(cls, np.memmap):
        return False
    return cls.__reduce__ in (np.ndarray.__reduce__, getattr(sys.modules.get("numpy.ma"), "MaskedArray", np.ndarray).__reduce__)


def _buffer_of(owner):
    """What gives all bytes of an array as they lie: itself, or an array over them. None where they lie with gaps."""
    if owner.flags.forc:
        return owner
    flat = owner.view(sys.modules["numpy"].ndarray).ravel("K")
    return None if flat.flags.owndata or owner.dtype.hasobject else flat


def reduced(value, owner):
    offset = _address(value) - _address(_buffer_of(owner))
    arguments = type(value), owner, value.dtype, value.shape, offset, value.strides, value.flags.writeable
    return array_over, arguments, instance_dict(value), None, None, set_attributes


def _address(array) -> int:
    return array.__array_interface__["data"][0]


def array_over(cls, owner, dtype, shape, offset, strides, writeable):
    import numpy as np
    array = np.ndarray.__new__(cls, shape, dtype, _buffer_of(owner), offset, strides)
    if not writeable:
        array.flags.writeable = False
    return array


def set_attributes(array, attributes):
    """Its class may have given it some when it was made."""
    own = instance_dict(array)
    own.clear()
    own.update(attributes)
