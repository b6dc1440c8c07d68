"""What is known of library types beyond what their reduction tells.

An adapter belongs to a type and its subclasses, found by name so that nothing is imported for it. The walk
(`_ferry.Walker`) asks it what an object is made of.
"""

from __future__ import annotations

import gc
import itertools
import operator
import os
import sys
import threading
import types

from kernelferry._ferry import is_by_hand, weak_target
from kernelferry.objects import caches, files, sqlite


class Adapter:
    """children: callable(obj) -> iterable of what obj is made of, or None: its fields.
    caches: names of fields that are no state. immutable: instances do not change (they may hold what does), so that
    two variables that share one do not travel together. opaque: why the walk cannot see all of the state, or ""."""

    __slots__ = ("children", "caches", "immutable", "opaque")

    def __init__(self, children=None, caches=(), immutable=False, opaque=""):
        self.children = children
        self.caches = frozenset(caches)
        self.immutable = immutable
        self.opaque = opaque


adapters: dict[str, Adapter] = {}  # "module.qualname" of a class, for it and its subclasses; the walk looks here


def register(type_name: str, **what) -> None:
    """The adapter of "module.qualname" and its subclasses; a later one for the same name takes its place."""
    adapters[type_name] = Adapter(**what)


def _fields(obj) -> dict:
    return object.__getattribute__(obj, "__dict__")


# What unpickling leaves in a frame's dict (_typ is its class's constant), what is told apart, and caches.
_NOT_OF_FRAME = {"_typ", "_mgr", "_flags", "_item_cache", "_cache"}


def _pandas_frame(obj):
    fields = _fields(obj)
    manager = fields["_mgr"]
    yield manager.axes
    for block in manager.blocks:
        where = block.mgr_locs.indexer  # frames share it by the way
        yield (where.start, where.stop, where.step) if isinstance(where, slice) else where.tolist()
        yield block.values
    yield fields.get("_flags").allows_duplicate_labels if "_flags" in fields else None
    yield {k: fields[k] for k in sorted(fields) if k not in _NOT_OF_FRAME and not _as_in_class(obj, k, fields[k])}  # pandas brings them back in any order


def _as_in_class(obj, name, value) -> bool:
    """pandas 2: unpickling puts a constant of the class there, and leaves out what is nothing."""
    return name == "_metadata" and value == type(obj)._metadata or name == "_is_copy" and value is None


def _pandas_array(obj):
    """Dates and the like, as views of numbers. What was asked of them before is kept in a cache."""
    for part in obj.__reduce__()[2]:
        if type(part) is not dict:
            yield part
        elif part.keys() - {"_cache"}:
            yield {k: v for k, v in part.items() if k != "_cache"}


def arrow_chunks(held):
    """A chunked array of pyarrow where each chunk has memory of its own: one that looks into a longer one stands for its items, and
    nothing ever changes them. That array itself, if it is so."""
    import pyarrow
    if all(map(_is_whole, held.chunks)):
        return held
    try:
        chunks = [chunk if _is_whole(chunk) else pyarrow.concat_arrays([chunk]) for chunk in held.chunks]
    except pyarrow.ArrowNotImplementedError:  # of some types
        return held
    return pyarrow.chunked_array(chunks, type=held.type)


def _is_whole(chunk) -> bool:
    return not chunk.offset and chunk.get_total_buffer_size() == chunk.nbytes


def _arrow_array(array):
    function, (data,) = array.__reduce__()
    return function, _arrow_data(data)


def _arrow_data(data):
    """How many items are missing is counted when somebody asks, and bits which say that none is are left out when it is made again."""
    kind, length, missing, offset, buffers, children, dictionary = data
    if missing < 0:
        missing = length - _ones(buffers[0], offset, length) if buffers and buffers[0] is not None else 0
    if not missing:
        buffers = [None, *buffers[1:]]
    return kind, length, missing, offset, buffers, [_arrow_data(child) for child in children], dictionary and _arrow_data(dictionary)


def _ones(bits, offset, length) -> int:
    return (int.from_bytes(memoryview(bits), "little") >> offset & (1 << length) - 1).bit_count()


def _pandas_arrow(array):
    fields = {name: value for name, value in _fields(array).items() if name not in ("_cache", "_pa_array")}
    yield {name: fields[name] for name in sorted(fields)}
    yield arrow_chunks(_fields(array)["_pa_array"])


def polars_views(series):
    """The memory of each chunk, as an array; None for one that numpy cannot look into. Only numbers are taken over from numpy."""
    kind = getattr(series.dtype, "inner", None) if type(series.dtype).__name__ == "Array" else series.dtype
    if kind is None or not kind.is_numeric():
        return [None] * series.n_chunks()
    return [_polars_view(chunk) for chunk in series.get_chunks()]


def _polars_view(chunk):
    try:
        return chunk.to_numpy(allow_copy=False)
    except Exception:  # some are missing, or numpy has no such numbers
        return None


def polars_attributes(obj) -> dict:
    """What cells have hung on a frame or series."""
    return {name: value for name, value in _fields(obj).items() if name not in ("_s", "_df", "_ldf")}


def _polars_series(series):
    yield polars_attributes(series)
    yield _polars_values(series)


def _polars_values(series):
    views = polars_views(series)
    if any(view is None for view in views):
        return series.__getstate__()
    return series.name, repr(series.dtype), sorted(series.flags.items()), views


def _polars_frame(frame):
    yield polars_attributes(frame)
    for column in frame.get_columns():
        yield _polars_values(column)


def kd_tree(tree) -> list:
    """What a tree of scipy pickles, with the very array that it searches in instead of a copy."""
    state = list(tree.__getstate__())
    state[_DATA] = tree.data
    return state


_DATA = 1
_NODE, _POINTERS = 9, (5, 6)  # words of a node, and which of them are addresses that mean nothing elsewhere


def _kd_tree(tree):
    nodes, *rest = kd_tree(tree)
    words = nodes.view("i8")
    if words.size % _NODE == 0:
        words = words.reshape(-1, _NODE).copy()
        words[:, _POINTERS] = 0
    yield words.tobytes()
    yield rest


def _numpy_record(obj):
    """A record looks into the array that it was taken from."""
    yield obj.dtype
    if obj.base is None:
        yield obj.item() if obj.dtype.hasobject else obj.tobytes()
    else:
        import numpy
        yield obj.base
        if isinstance(obj.base, numpy.ndarray):
            yield _address(numpy.asarray(obj)) - _address(obj.base)


_NOT_OF_TRAITS = {"_trait_notifiers", "_trait_validators", "_cross_validation_lock"}


def _has_traits(obj):
    """An object with traits, and who observes it besides its own class."""
    fields = _fields(obj)
    yield {name: value for name, value in fields.items() if name not in _NOT_OF_TRAITS}
    for trait, kinds in fields.get("_trait_notifiers", {}).items():
        for kind, functions in kinds.items():
            by_hand = [f for f in functions if not any(base.__qualname__ == "EventHandler" for base in type(f).__mro__)]
            if by_hand:
                yield (trait, kind, by_hand)


def _trait(obj):
    """A descriptor of a class with traits. One of a library's class is that class's; its own methods, bound to it, stand in lists of
    each class that inherits it."""
    fields = _fields(obj)
    cls, name = fields.get("this_class"), fields.get("name")
    if isinstance(cls, type) and _is_imported(cls) and vars(cls).get(name) is obj:
        yield cls, name
    else:
        yield fields


def _is_imported(cls) -> bool:
    """An import of its module finds this very class; asks no `__getattr__`."""
    found = sys.modules.get(cls.__module__)
    if found is None or cls.__module__ == "__main__" or is_by_hand(cls.__module__):
        return False
    for part in cls.__qualname__.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found is cls


def _plotly_part(part):
    """A trace or another part of a figure: in a widget with its callbacks and its way to the widget, else what it pickles."""
    root = part
    while "_parent" in (fields := _fields(root)):
        root = fields["_parent"]
        if root is None:
            break
    if root is None or not any(base.__qualname__ == "BaseFigureWidget" for base in type(root).__mro__):
        return part.__reduce__()
    return type(part), _fields(part)


def _matplotlib_callbacks(obj):
    """What its own pickling keeps, and what cells have connected. Pickling counts on, where looking must not be noticed."""
    fields = _fields(obj)
    yield {name: value for name, value in fields.items() if name not in ("callbacks", "_func_cid_map")}
    kept = fields.get("_pickled_cids", ())
    for signal, proxies in fields.get("callbacks", {}).items():
        functions = [(cid, proxy()) for cid, proxy in proxies.items()]
        yield signal, [(cid, function) for cid, function in functions if cid in kept or is_of_cells(function)]


def is_of_cells(callback) -> bool:
    """What matplotlib itself would not connect: anything but methods of its objects, and functions that it makes for them. Those
    that it makes for a callback of cells (`Slider.on_changed`) hold it."""
    if type(callback) is types.MethodType:
        return getattr(callback.__func__, "__globals__", {}).get("__name__") == "__main__"
    if type(callback) is types.FunctionType and callback.__globals__.get("__name__") != "__main__" and "<locals>" in callback.__qualname__:
        return any(callable(held) and not isinstance(held, type) and is_of_cells(held) for held in map(_contents, callback.__closure__ or ()))
    return callback is not None


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None


_TUPLE_ITERATOR = type(iter(()))


def container_of(iterator):
    """The dict or set that an iterator over keys, values, items or members goes over; None at its end."""
    held = gc.get_referents(iterator)
    return held[0] if held and isinstance(held[0], (dict, set, frozenset)) else None


def _iterator_over(iterator):
    """It looks into a dict or set, and is as far as what is left tells. Nothing is left also where that has changed its length."""
    held, left = container_of(iterator), operator.length_hint(iterator)
    return () if held is None else (held, left) if left else (held, left, is_at_its_end(iterator))


def is_at_its_end(iterator) -> bool:
    try:
        return bool(iterator.__reduce__())
    except RuntimeError:  # it can only raise any more
        return False


class Primed(itertools.chain):
    """What an iterator over pairs is made with that keeps an item from its beginning: two items, and then `over`, which is what it goes over."""


def held_by_pairwise(pairs) -> list:
    """What it goes over, unless it has ended, and the item that it keeps, if any."""
    return [held.over if type(held) is Primed else held for held in gc.get_referents(pairs)]


def _longest(iterator):
    """A part that has ended is let go of, and comes back as one over nothing."""
    _, parts, fill = iterator.__reduce__()
    return [None if _is_over_nothing(part) else part for part in parts], fill


def _is_over_nothing(part) -> bool:
    return type(part) is tuple or type(part) is _TUPLE_ITERATOR and not operator.length_hint(part)


def is_held(lock) -> bool:
    """By a thread, or by the session itself. A lock of threading.RLock tells it in its name alone."""
    return lock.locked() if hasattr(lock, "locked") else not repr(lock).startswith("<unlocked")


def queued(queue) -> list:
    """What waits in a queue of C, which gives nothing out without letting go of it."""
    return gc.get_referents(queue)[0][-left:] if (left := queue.qsize()) else []


def _of_thread(local):
    """What it holds for this thread. One of a class of its own makes what it holds when a thread asks."""
    return (vars(local),) if type(local) is threading.local else (id(local),)


def _process(handle):
    """psutil's: the session's own is that which it comes back in."""
    return () if handle.pid == os.getpid() else (_fields(handle),)


_OF_WAVELET = ("orthogonal", "biorthogonal", "symmetry", "family_name", "short_family_name", "vanishing_moments_psi", "vanishing_moments_phi",
               "center_frequency", "bandwidth_frequency", "fbsp_order", "lower_bound", "upper_bound")


def _pywt_wavelet(obj):
    """Its own reduction is a name and filters, or a name and the type of numbers."""
    yield type(obj)
    yield obj.__reduce__()[1]
    yield [getattr(obj, name, None) for name in _OF_WAVELET]


def _torch_tensor(tensor):
    """Views share a storage, which torch keeps one object for. Nothing sees into a graph of derivatives."""
    import torch
    with torch._C.DisableTorchFunctionSubclass():
        found = [type(tensor), str(tensor.layout), str(tensor.dtype), str(tensor.device), tuple(tensor.shape), tensor.requires_grad, tensor.is_leaf,
                 getattr(tensor, "__dict__", None)]
        if tensor.is_leaf:
            found += [tensor.grad, tensor._backward_hooks]
        else:
            found.append(tensor.grad_fn)
        plain = tensor.detach()
        if tensor.layout is torch.sparse_coo:
            found += [tensor.is_coalesced(), plain._indices(), plain._values()]
        elif tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
            found += [plain.crow_indices(), plain.col_indices(), plain.values()]
        elif tensor.layout in (torch.sparse_csc, torch.sparse_bsc):
            found += [plain.ccol_indices(), plain.row_indices(), plain.values()]
        elif tensor.layout is torch.strided and not tensor.is_nested:
            found += [tensor.storage_offset(), tensor.stride(), tensor.is_conj(), tensor.is_neg(), tensor.untyped_storage()]
            if tensor.is_quantized:
                found.append(str(tensor.qscheme()))
        else:
            found.append(object())  # never the same: refused
    return found


def _torch_storage(storage):
    """Not by an array over it: one would make the storage give up its `resizable`."""
    kind = storage.device.type
    if kind == "meta":
        return [kind, storage.nbytes()]
    import ctypes  # torch has it loaded
    plain = storage if kind == "cpu" else storage.cpu()
    return [kind, storage.resizable(), ctypes.string_at(plain.data_ptr(), plain.nbytes())]


def _address(array) -> int:
    return array.__array_interface__["data"][0]


_IMMUTABLE = """
    datetime.date datetime.time datetime.timedelta datetime.tzinfo zoneinfo.ZoneInfo decimal.Decimal fractions.Fraction
    uuid.UUID pathlib.PurePath re.Pattern enum.Enum ipaddress._IPAddressBase types.GenericAlias types.UnionType
    operator.itemgetter operator.attrgetter operator.methodcaller
    numpy.dtype numpy.generic numpy.ufunc
    pandas.core.dtypes.base.ExtensionDtype pandas._libs.tslibs.nattype.NaTType pandas._libs.missing.NAType
    pandas.Interval pandas._libs.interval.Interval pandas._libs.tslibs.offsets.BaseOffset
    pandas._libs.tslibs.period._Period
"""

# What patsy makes of a formula is its fields; it forbids to reduce them.
OF_PATSY = tuple(f"patsy.{name}" for name in """
    design_info.DesignInfo design_info.FactorInfo design_info.SubtermInfo desc.Term desc.ModelDesc desc.IntermediateExpr
    eval.EvalEnvironment eval.EvalFactor eval.VarLookupDict categorical._CategoricalBox categorical.CategoricalSniffer
    origin.Origin constraint.LinearConstraint contrasts.ContrastMatrix contrasts.Treatment contrasts.Poly contrasts.Sum contrasts.Helmert contrasts.Diff
    user_util.LookupFactor state.Center state.Standardize splines.BS mgcv_cubic_splines.CR mgcv_cubic_splines.CC mgcv_cubic_splines.TE
""".split())

for _name in (*OF_PATSY, "statsmodels.discrete.discrete_model.NegativeBinomial"):
    register(_name, children=lambda obj: [_fields(obj)])
for _name in _IMMUTABLE.split():
    register(_name, immutable=True)
register("numpy.void", children=_numpy_record)
register("numpy.memmap", opaque="memory-mapped file")
register("pandas.core.generic.NDFrame", children=_pandas_frame)
register("pandas._libs.arrays.NDArrayBacked", children=_pandas_array)
register("pandas.core.indexes.base.Index", caches=("_cache", "_id", "_references", "_engine"))
for _name in ("pandas.api.extensions.ExtensionArray", "pandas.core.arrays.base.ExtensionArray"):
    register(_name, caches=("_cache",))  # of its properties, made when they are asked for
register("pyarrow.lib.Array", children=_arrow_array)
register("pyarrow.lib.Buffer", children=lambda buffer: (memoryview(buffer),))  # who else looks into its memory is found by that
for _name in ("pandas.arrays.ArrowExtensionArray", "pandas.core.arrays.arrow.array.ArrowExtensionArray"):
    register(_name, children=_pandas_arrow)
register("polars.series.series.Series", children=_polars_series)
register("polars.dataframe.frame.DataFrame", children=_polars_frame)
register("polars.lazyframe.frame.LazyFrame", children=lambda lazy: (polars_attributes(lazy), lazy.__getstate__()))
register("scipy.spatial._ckdtree.cKDTree", children=_kd_tree)
register("_frozen_importlib.ModuleSpec", caches=("_initializing",))  # an import sets it, which a reload does not
register("pandas.DataFrame", children=_pandas_frame)
register("pandas.Series", children=_pandas_frame)
register("pandas.Index", caches=("_cache", "_id", "_references", "_engine"))
register("traitlets.traitlets.HasTraits", children=_has_traits)
register("plotly.basedatatypes.BasePlotlyType", children=_plotly_part)
register("_plotly_utils.basevalidators.BaseDataValidator", caches=("class_strs_map", "_class_map"))
register("traitlets.traitlets.BaseDescriptor", children=_trait, immutable=True)
register("functools._lru_cache_wrapper", children=caches.children)
register("kernelferry.objects.caches.Unseen", opaque="contents of a cache")
for _name in "dict_keyiterator dict_valueiterator dict_itemiterator dict_reversekeyiterator dict_reversevalueiterator dict_reverseitemiterator set_iterator".split():
    register(f"builtins.{_name}", children=_iterator_over)
register("re.Match", children=lambda m: (m.re, m.string, m.pos, m.endpos, m.regs, m.lastindex))
register("itertools.zip_longest", children=_longest)
register("itertools.pairwise", children=held_by_pairwise)
register("typing.NewType", children=lambda t: (t.__module__, t.__qualname__, t.__supertype__), immutable=True)
# A weak reference and what it refers to travel together; else it would come back referring to another object.
register("weakref.ReferenceType", children=lambda r: (weak_target(r), r.__callback__))
register("weakref.ProxyType", children=lambda p: (weak_target(p),))
register("weakref.CallableProxyType", children=lambda p: (weak_target(p),))
register("weakref.WeakValueDictionary", children=lambda d: list(d.items()), opaque="weak references")
register("weakref.WeakKeyDictionary", children=lambda d: list(d.items()), opaque="weak references")
register("_weakrefset.WeakSet", children=lambda s: list(s), opaque="weak references")
register("PIL.ImageDraw.ImageDraw", children=lambda d: (d._image, d.mode, *(vars(d).get(name) for name in ("ink", "fill", "font", "fontmode"))))
for _name in ("_thread.lock", "_thread.RLock"):
    register(_name, children=lambda lock: (is_held(lock),))
register("_queue.SimpleQueue", children=queued)
register("_thread._local", children=_of_thread)
register("psutil.Process", children=_process)
register("sqlite3.Connection", children=sqlite.connection)
register("sqlite3.Cursor", children=sqlite.cursor)
register("sqlite3.Row", children=sqlite.row, immutable=True)
register("_io.FileIO", children=files.raw_file)
for _name in ("_io.BufferedReader", "_io.BufferedWriter", "_io.BufferedRandom"):
    register(_name, children=files.buffered)
register("_io.TextIOWrapper", children=files.text)
register("_csv.reader", children=files.reader)
register("_csv.writer", children=files.writer)
register("_csv.Dialect", children=files.dialect, immutable=True)
register("logging.Handler", caches=("lock",))
register("logging.FileHandler", caches=("lock", "stream", "mode"))  # opened when it writes, by then to append
register("scipy.stats._distn_infrastructure.rv_generic", caches=(  # made anew with each, which its own pickling leaves out
    "_parse_args", "_parse_args_stats", "_parse_args_rvs", "_cdfvec", "_ppfvec", "vecentropy", "generic_moment"))
register("matplotlib.cbook.CallbackRegistry", children=_matplotlib_callbacks)
register("matplotlib.figure.FigureBase", opaque="figure")
register("torch.Tensor", children=_torch_tensor)
register("torch.storage.UntypedStorage", children=_torch_storage)
register("torch.storage.TypedStorage", children=lambda s: (str(s.dtype), s._untyped_storage))
register("torch._C.Generator", children=lambda g: (str(g.device), g.get_state().numpy().tobytes()))
for _name in ("Wavelet", "ContinuousWavelet"):
    register(f"pywt._extensions._pywt.{_name}", children=_pywt_wavelet)
register("pywt._wavelet_packets.BaseNode")  # its own reduction drops the tree below a root
register("_ctypes._SimpleCData", opaque="C data")
register("_ctypes.Structure", opaque="C data")
register("_ctypes.Union", opaque="C data")
register("_ctypes.Array", opaque="C data")
register("_ctypes._Pointer", opaque="C data")
