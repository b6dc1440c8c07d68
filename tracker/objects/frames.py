"""What frames, series and columns of pandas, pyarrow and polars are made of."""
from kernelferry.objects.instance import fields_of

# What unpickling leaves in a frame's dict (_typ is its class's constant), what is told apart, and caches.
_NOT_OF_FRAME = {"_typ", "_mgr", "_flags", "_item_cache", "_cache"}


def pandas_frame(obj):
    fields = fields_of(obj)
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


def pandas_array(obj):
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


def arrow_array(array):
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


def pandas_arrow(array):
    fields = {name: value for name, value in fields_of(array).items() if name not in ("_cache", "_pa_array")}
    yield {name: fields[name] for name in sorted(fields)}
    yield arrow_chunks(fields_of(array)["_pa_array"])


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
    return {name: value for name, value in fields_of(obj).items() if name not in ("_s", "_df", "_ldf")}


def polars_series(series):
    yield polars_attributes(series)
    yield _polars_values(series)


def _polars_values(series):
    views = polars_views(series)
    if any(view is None for view in views):
        return series.__getstate__()
    return series.name, repr(series.dtype), sorted(series.flags.items()), views


def polars_frame(frame):
    yield polars_attributes(frame)
    for column in frame.get_columns():
        yield _polars_values(column)


def polars_sources(lazy, state):
    """(frames that a plan begins with, whether it does no more than give one of them). None where they cannot be seen: behind functions of
    Python, and beside files, which a look at the plan would read. state: what its own pickling makes of it."""
    import polars
    if b"DataFrameScan" not in state:
        return [], False
    if any(mark in state for mark in (b"\xa4Scan", b"PythonScan")):
        return None
    found, nodes = [], 0
    try:
        plan = lazy._ldf.visit()
        left = [plan.get_node()]
        while left:
            plan.set_node(left.pop())
            node = plan.view_current_node()
            nodes += 1
            left += plan.get_inputs()
            if type(node).__name__ == "DataFrameScan":
                found.append(polars.DataFrame._from_pydf(node.df))
    except Exception:  # what its kinds of steps raise, and polars of other versions
        return None
    whole = nodes == len(found) == 1 and lazy.explain(optimized=False).endswith(f"; PROJECT */{found[0].width} COLUMNS")
    return found, whole and lazy.collect_schema() == found[0].schema


def polars_lazy(lazy):
    yield polars_attributes(lazy)
    state = lazy.__getstate__()
    frames, whole = polars_sources(lazy, state) or ([], False)
    if not whole:
        yield state
    for frame in frames:
        yield from map(_polars_values, frame.get_columns())
