"""What is known of library types beyond what their reduction tells.

An adapter belongs to a type and its subclasses, found by name so that nothing is imported for it. The walk
(`_ferry.Walker`) asks it what an object is made of.
"""

from __future__ import annotations

from kernelferry._ferry import weak_target
from kernelferry.objects import caches, callbacks, files, frames, futures, images, iterators, numerics, sqlite, tensors, threads, traits
from kernelferry.objects.instance import fields_of


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
    register(_name, children=lambda obj: [fields_of(obj)])
for _name in _IMMUTABLE.split():
    register(_name, immutable=True)
register("numpy.void", children=numerics.record)
register("numpy.memmap", opaque="memory-mapped file")
register("pandas.core.generic.NDFrame", children=frames.pandas_frame)
register("pandas._libs.arrays.NDArrayBacked", children=frames.pandas_array)
register("pandas.core.indexes.base.Index", caches=("_cache", "_id", "_references", "_engine"))
for _name in ("pandas.api.extensions.ExtensionArray", "pandas.core.arrays.base.ExtensionArray"):
    register(_name, caches=("_cache",))  # of its properties, made when they are asked for
register("pyarrow.lib.Array", children=frames.arrow_array)
register("pyarrow.lib.Buffer", children=lambda buffer: (memoryview(buffer),))  # who else looks into its memory is found by that
for _name in ("pandas.arrays.ArrowExtensionArray", "pandas.core.arrays.arrow.array.ArrowExtensionArray"):
    register(_name, children=frames.pandas_arrow)
register("polars.series.series.Series", children=frames.polars_series)
register("polars.dataframe.frame.DataFrame", children=frames.polars_frame)
register("polars.lazyframe.frame.LazyFrame", children=frames.polars_lazy)
register("decimal.Context", children=numerics.decimal_context)
register("decimal.ContextManager", children=numerics.decimal_manager)
register("scipy.spatial._ckdtree.cKDTree", children=numerics.kd_tree_parts)
register("_frozen_importlib.ModuleSpec", caches=("_initializing",))  # an import sets it, which a reload does not
register("pandas.DataFrame", children=frames.pandas_frame)
register("pandas.Series", children=frames.pandas_frame)
register("pandas.Index", caches=("_cache", "_id", "_references", "_engine"))
register("traitlets.traitlets.HasTraits", children=traits.has_traits)
register("plotly.basedatatypes.BasePlotlyType", children=traits.plotly_part)
register("_plotly_utils.basevalidators.BaseDataValidator", caches=("class_strs_map", "_class_map"))
register("traitlets.traitlets.BaseDescriptor", children=traits.trait, immutable=True)
register("functools._lru_cache_wrapper", children=caches.children)
register("kernelferry.objects.caches.Unseen", opaque="contents of a cache")
for _name in "dict_keyiterator dict_valueiterator dict_itemiterator dict_reversekeyiterator dict_reversevalueiterator dict_reverseitemiterator set_iterator".split():
    register(f"builtins.{_name}", children=iterators.iterator_over)
register("re.Match", children=lambda m: (m.re, m.string, m.pos, m.endpos, m.regs, m.lastindex))
register("itertools.zip_longest", children=iterators.longest)
register("itertools.pairwise", children=iterators.held_by_pairwise)
register("typing.NewType", children=lambda t: (t.__module__, t.__qualname__, t.__supertype__), immutable=True)
# A weak reference and what it refers to travel together; else it would come back referring to another object.
register("weakref.ReferenceType", children=lambda r: (weak_target(r), r.__callback__))
register("weakref.ProxyType", children=lambda p: (weak_target(p),))
register("weakref.CallableProxyType", children=lambda p: (weak_target(p),))
register("weakref.WeakValueDictionary", children=lambda d: list(d.items()), opaque="weak references")
register("weakref.WeakKeyDictionary", children=lambda d: list(d.items()), opaque="weak references")
register("_weakrefset.WeakSet", children=lambda s: list(s), opaque="weak references")
register("PIL.Image.Image", children=images.parts)
register("PIL.ImageDraw.ImageDraw", children=lambda d: (d._image, d.mode, *(vars(d).get(name) for name in ("ink", "fill", "font", "fontmode"))))
for _name in ("_thread.lock", "_thread.RLock"):
    register(_name, children=lambda lock: (threads.is_held(lock),))
register("_queue.SimpleQueue", children=threads.queued)
register("_thread._local", children=threads.of_thread)
register("psutil.Process", children=threads.process)
register("multiprocessing.context.BaseContext", children=threads.context, immutable=True)
register("_asyncio.Future", children=futures.future)
register("builtins.coroutine", children=futures.coroutine)
register("numpy.flatiter", children=lambda numbers: (numbers.base, numbers.index))
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
register("matplotlib.cbook.CallbackRegistry", children=callbacks.matplotlib_callbacks)
register("matplotlib.figure.FigureBase", opaque="figure")
register("torch.Tensor", children=tensors.tensor_parts)
register("torch.storage.UntypedStorage", children=tensors.storage_parts)
register("torch.storage.TypedStorage", children=lambda s: (str(s.dtype), s._untyped_storage))
register("torch._C.Generator", children=lambda g: (str(g.device), g.get_state().numpy().tobytes()))
for _name in ("Wavelet", "ContinuousWavelet"):
    register(f"pywt._extensions._pywt.{_name}", children=numerics.wavelet)
register("pywt._wavelet_packets.BaseNode")  # its own reduction drops the tree below a root
register("_ctypes._SimpleCData", opaque="C data")
register("_ctypes.Structure", opaque="C data")
register("_ctypes.Union", opaque="C data")
register("_ctypes.Array", opaque="C data")
register("_ctypes._Pointer", opaque="C data")
