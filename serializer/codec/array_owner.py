"""Whose memory it is that an array of numpy looks into."""
import array
import mmap
import sys

from kernelferry._ferry import capsule_parts
from kernelferry.objects.array_memory import address

# Libraries whose capsules free the memory that they were made with, which nobody else was told of.
_FREEING = ("/scipy/optimize/_slsqplib.",)


def of(values):
    """What holds the memory of a view: an array, bytes, or a mapped file. None: the array itself, or memory that cannot be named.
    Views of subclasses can have views as bases; where one of these serves it is taken, so that `base` stays the same."""
    np = sys.modules["numpy"]
    owner, nearest = through_strides(behind_cython(values.base)), None
    while isinstance(owner, (np.ndarray, np.void)):  # an array over a record looks through it
        if isinstance(owner, np.void) and owner.base is None:
            break
        if nearest is None and isinstance(owner, np.ndarray) and _covers(owner, values):
            nearest = owner
        if owner.base is None:
            return nearest if nearest is not None else owner
        owner = through_strides(owner.base)
    if nearest is not None:
        return nearest
    return owner if type(owner) in (bytes, bytearray, memoryview, array.array, mmap.mmap) else None


def through_strides(base):
    """What as_strided() was given, where it stands between."""
    return base.base if type(base).__name__ == "DummyArray" and type(base).__module__.startswith("numpy.") else base


def behind_cython(base):
    """What a memoryview of Cython looks at: trees of scikit-learn hand out their arrays through one."""
    if type(base) is memoryview and type(base.obj).__name__ in ("memoryview", "_memoryviewslice"):
        return getattr(base.obj, "base", base)
    return base


def _covers(owner, values) -> bool:
    """A buffer over `owner` holds all of `values`."""
    offset = address(values) - address(owner)
    reaches = [(length - 1) * stride for length, stride in zip(values.shape, values.strides) if length]
    low = offset + sum(reach for reach in reaches if reach < 0)
    high = offset + values.itemsize + sum(reach for reach in reaches if reach > 0)
    return owner.flags.forc and 0 <= low and high <= owner.nbytes


def nobody_sees(values) -> bool:
    """Whether nobody can tell that an array has memory of its own instead of that of its base, which has no owner with a name."""
    return _is_state(values.base) or _is_given_away(values) or _is_alone(values)


def _is_state(base) -> bool:
    """The array is part of its base's own state."""
    return hasattr(type(base), "__setstate__") and type(base).__module__ != "torch"


def _is_given_away(values) -> bool:
    """pyarrow filled the memory for this array; what it shares with others cannot be written."""
    return type(values.base).__name__ == "PyCapsule" and '"arrow::Buffer"' in repr(values.base) and values.flags.writeable


def _is_alone(values) -> bool:
    """Nobody else holds the memory: that which code of numba allocated, and gave out once; and that of capsules which own it."""
    base = values.base
    if sys.getrefcount(base) > 3:  # the array, `base`, the call
        return False
    start = address(values)
    if (type(base).__module__, type(base).__name__) == ("_nrt_python", "_MemInfo"):
        size = memoryview(base).nbytes  # 0 for memory of others
        return base.refcount == 1 and base.data <= start and start + values.nbytes <= base.data + size
    if type(base).__name__ == "PyCapsule":
        freed, library = capsule_parts(base)
        return freed == start and any(part in library for part in _FREEING)
    return False
