"""What records of numpy, trees of scipy, wavelets and contexts of decimal are made of."""
from kernelferry.objects.array_memory import address
from kernelferry.objects.hung import forgotten


def record(obj):
    """A record looks into the array that it was taken from."""
    yield obj.dtype
    if obj.base is None:
        yield obj.item() if obj.dtype.hasobject else obj.tobytes()
    else:
        import numpy
        yield obj.base
        if isinstance(obj.base, numpy.ndarray):
            yield address(numpy.asarray(obj)) - address(obj.base)


def kd_tree(tree) -> list:
    """What a tree of scipy pickles, with the very array that it searches in instead of a copy."""
    state = list(tree.__getstate__())
    state[_DATA] = tree.data
    return state


_DATA = 1
_NODE, _POINTERS = 9, (5, 6)  # words of a node, and which of them are addresses that mean nothing elsewhere


def kd_tree_parts(tree):
    nodes, *rest = kd_tree(tree)
    words = nodes.view("i8")
    if words.size % _NODE == 0:
        words = words.reshape(-1, _NODE).copy()
        words[:, _POINTERS] = 0
    yield words.tobytes()
    yield rest
    if attributes := forgotten(tree, ()):
        yield attributes


_OF_WAVELET = ("orthogonal", "biorthogonal", "symmetry", "family_name", "short_family_name", "vanishing_moments_psi", "vanishing_moments_phi",
               "center_frequency", "bandwidth_frequency", "fbsp_order", "lower_bound", "upper_bound")


def wavelet(obj):
    """Its own reduction is a name and filters, or a name and the type of numbers."""
    yield type(obj)
    yield obj.__reduce__()[1]
    yield [getattr(obj, name, None) for name in _OF_WAVELET]


def decimal_contexts(manager) -> tuple:
    """The context that `decimal.localcontext()` enters, and that to which it goes back; it tells them only by doing so."""
    from decimal import getcontext, setcontext
    current = getcontext()
    try:
        inner = manager.__enter__()
        manager.__exit__(None, None, None)
        return inner, getcontext()
    finally:
        setcontext(current)


def decimal_context(context):
    """What it says, and whether it is the current one."""
    from decimal import getcontext
    yield context.__reduce__()[1]
    yield context is getcontext()


def decimal_manager(manager):
    yield from decimal_contexts(manager)
