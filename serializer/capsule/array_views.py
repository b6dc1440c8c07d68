"""Arrays of numpy that look into the memory of another one: `a[:3]`, `m.T`, `a.reshape(2, 3)`."""
import sys


def owner_of(value):
    """The array whose memory this one looks into, where that is plain; or None."""
    np = sys.modules.get("numpy")
    if np is None or type(value) is not np.ndarray or value.dtype.hasobject:
        return None
    owner = value.base
    while type(owner) is np.ndarray and type(owner.base) is np.ndarray:
        owner = owner.base
    return owner if type(owner) is np.ndarray and not owner.dtype.hasobject and owner.size and _bytes_of(owner).base is not None else None


def _bytes_of(owner):
    """All bytes of an array as they lie, as an array over them; a copy, which has no base, where they lie with gaps."""
    return owner.ravel("K").view("u1")


def reduced(value, owner):
    offset = _address(value) - _address(_bytes_of(owner))
    return array_over, (owner, value.dtype, value.shape, offset, value.strides, value.flags.writeable)


def _address(array) -> int:
    return array.__array_interface__["data"][0]


def array_over(owner, dtype, shape, offset, strides, writeable):
    import numpy as np
    array = np.ndarray(shape, dtype, _bytes_of(owner), offset, strides)
    if not writeable:
        array.flags.writeable = False
    return array
