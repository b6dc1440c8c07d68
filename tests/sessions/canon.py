"""An account of a namespace that shares nothing with the walker: what the harness holds against Kernelferry's own fingerprints.

Plain Python, slow and simple. Every object whose identity counts gets a number in the order in which it is met, so that
two accounts are equal exactly if values, types, sharing and cycles are. A figure is drawn, and its pixels stand for it and its axes. Opaque
objects (generators, iterators) say only their type. Of an array over the whole memory of another one that is met nowhere else, only
that memory says anything; where a class of a library pickles itself, the order of its attributes is its own affair.
The text runs inside the kernel, in a namespace of its own.

Asked for it, an account leaves out which tuples of plain values are one: library code has such tuples as constants, which
what comes from a store does not share with what the library makes later. Only `is` can tell them apart.
"""

import collections
import functools
import hashlib
import io
import types

TEXT = 2_000_000  # characters of an account that are kept; its digest is of all
PLAIN = (int, str, bytes, bool, type(None), type(Ellipsis), complex)  # whose identity no program should ask for; and floats but nan
TRANSPARENT = {"sklearn", "statsmodels", "networkx", "arch", "mapie", "tslearn", "skimage", "pywt", "scipy"}  # whose objects are what their __dict__ says
SKIPPED = {"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__", "__slotnames__"}  # the last is a cache of copyreg


def canon(namespace, names, constants=True):
    """Text of what these names hold, one line an object, and its digest in front. constants: also which tuples of plain values are one."""
    numbers, lines, kept, whole = {}, [], [], {}  # whole: id of an array -> (it, how many look at all of it)

    def plain(value):
        return type(value) in PLAIN or type(value) is float and value == value

    def number(value):
        if plain(value):
            return value.hex() if type(value) is float else repr(value)
        if not constants and type(value) is tuple and all(map(plain, value)):
            return repr(value)
        if type(value) is types.ModuleType or isinstance(value, type) and value.__module__ != "__main__":
            return f"library {value.__name__}"
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) and getattr(value, "__module__", "") not in ("__main__", None):
            return f"library {value.__qualname__}"
        if id(value) not in numbers:
            numbers[id(value)] = len(numbers)
            kept.append(value)
        return f"#{numbers[id(value)]}"

    def parts(value):
        kind = type(value)
        if kind in (list, tuple):
            return [number(v) for v in value]
        if kind in (dict, collections.OrderedDict, collections.defaultdict):
            return [f"{number(k)}: {number(v)}" for k, v in value.items()] + [number(getattr(value, "default_factory", None))]
        if kind is collections.deque:
            return [value.maxlen, *map(number, value)]
        if kind is collections.ChainMap:
            return [number(v) for v in value.maps]
        if kind is bytearray:
            return [value.hex()]
        if kind is types.SimpleNamespace:
            return [f"{k} = {number(v)}" for k, v in vars(value).items()]
        if kind is property:
            return [number(value.fget), number(value.fset), number(value.fdel)]
        if kind in (staticmethod, classmethod):
            return [number(value.__func__)]
        if kind in (set, frozenset):
            return sorted(number(v) for v in value) if all(type(v) in PLAIN for v in value) else [len(value)]
        if kind is float:
            return [value.hex()]
        if isinstance(value, type):
            return [f"bases {[number(b) for b in value.__bases__]}"] + [f"{k} = {number(v)}" for k, v in vars(value).items() if k not in SKIPPED]
        if kind is types.FunctionType:
            return [code(value.__code__), f"defaults {number(value.__defaults__)}", f"dict {number(vars(value))}",
                    *(number(cell.cell_contents) for cell in value.__closure__ or ())]
        if kind is types.MethodType:
            return [number(value.__self__), number(value.__func__)]
        if kind is types.BuiltinMethodType:
            return [value.__name__, number(value.__self__)]
        if kind is functools.partial:
            return [number(value.func), number(value.args), number(value.keywords)]
        if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
            base = value.base  # a library's own view stands for what it looks at
            base = getattr(base.obj, "base", base) if type(base) is memoryview else base
            own = base is None or not isinstance(base, kind)
            items = [number(v) for v in value.flat] if value.dtype.hasobject else data(value.tobytes())
            return [value.dtype.descr if value.dtype.names else value.dtype.str, value.shape, [step for step, length in zip(value.strides, value.shape) if length > 1], items, "" if own else view(base, value)]
        if kind.__module__ == "numpy" and hasattr(value, "dtype"):
            return [repr(value)]
        if kind.__module__.startswith("pandas.") and hasattr(value, "to_numpy"):
            columns = list(value.columns) if hasattr(value, "columns") else [getattr(value, "name", None)]
            return [columns, list(map(str, getattr(value, "dtypes", ()))) if hasattr(value, "columns") else str(value.dtype),
                    list(getattr(value, "index", ())), value.to_numpy().tolist()]
        if any(base.__module__ == "matplotlib.artist" for base in kind.__mro__):  # of a session's class, too
            return [f"drawn {drawn(value)}" if hasattr(value, "savefig") else number(value.get_figure())]
        if kind.__module__ == "__main__":
            slots = [name for base in kind.__mro__ for name in vars(base).get("__slots__", ()) if hasattr(value, name)]
            return [number(kind), *(f"{k} = {number(v)}" for k, v in getattr(value, "__dict__", {}).items()),
                    *(f"{name} = {number(getattr(value, name))}" for name in slots)]
        if kind.__module__.startswith("numpy.random.") and hasattr(value, "bit_generator") or kind.__qualname__ == "RandomState":
            return [repr(value.bit_generator.state if hasattr(value, "bit_generator") else value.get_state(legacy=False))]
        if kind.__module__.partition(".")[0] in TRANSPARENT and isinstance(getattr(value, "__dict__", None), dict):
            items = [f"{number(k)}: {number(v)}" for k, v in value.items()] if isinstance(value, dict) else []
            attributes = sorted(vars(value).items()) if "__setstate__" in dir(kind) else vars(value).items()
            return ["its own __dict__" if vars(value) is value else "", *items, *(f"{k} = {number(v)}" for k, v in attributes)]
        return [f"opaque {kind.__module__}.{kind.__qualname__}"]

    def view(base, value):
        if base.nbytes != value.nbytes:
            return f"view of {number(base)}"
        whole[id(base)] = base, whole.get(id(base), (base, 0))[1] + 1
        return View(id(base))

    class View(int):
        """Said when all is known: `whole` and `numbers` grow meanwhile."""

        def __repr__(self):
            if self in numbers:
                return f"view of #{numbers[self]}"
            return f"view of memory {list(whole).index(self)}" if whole[self][1] > 1 else "''"

    def drawn(figure):
        with io.BytesIO() as pixels:
            figure.savefig(pixels, format="rgba")
            return data(pixels.getvalue())

    def data(content):
        return content.hex() if len(content) <= 256 else f"{len(content)} bytes {hashlib.md5(content).hexdigest()}"

    def code(c):
        constants = [code(v) if type(v) is types.CodeType else repr(v) for v in c.co_consts]
        return f"code {c.co_name} {hashlib.md5(c.co_code).hexdigest()} {c.co_names} {constants}"

    for name in names:
        lines.append(f"{name} = {number(namespace[name])}")
    for at, value in enumerate(kept):  # grows while it is walked
        lines.append((at, type(value).__qualname__, parts(value)))
    text = "\n".join(line if isinstance(line, str) else f"#{line[0]} {line[1]} {line[2]}" for line in lines)
    return hashlib.md5(text.encode()).hexdigest() + "\n" + text[:TEXT]
