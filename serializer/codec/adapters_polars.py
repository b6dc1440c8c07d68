"""polars: frames and series over memory of numpy.

`pl.Series(a)` copies no numbers: what is written to the array is seen in the series, in the frames that have it as a column, and in
whatever was selected from them. A column that looks into memory which the component holds as an array comes back as one over
that (memory.py finds it). Attributes that cells hung on one are kept, which its own pickling forgets.
"""
import sys

from kernelferry.codec import memory
from kernelferry.objects.frames import polars_attributes, polars_sources, polars_views


def reduce_series(encoding, series):
    parts = parts_of(encoding, series) if type(series) is sys.modules["polars"].Series else None
    if parts is None:
        return with_attributes(series)
    order = next((name for name, is_so in series.flags.items() if is_so), None)
    return make_series, (series.name, parts, order), polars_attributes(series) or None, None, None, set_attributes


def reduce_frame(encoding, frame):
    polars = sys.modules["polars"]
    columns = frame.get_columns() if type(frame) is polars.DataFrame else []
    if not any([parts_of(encoding, column) for column in columns]):
        return with_attributes(frame)
    return make_frame, (columns,), polars_attributes(frame) or None, None, None, set_attributes


def reduce_lazy(encoding, lazy):
    """Only a plan of no steps can be made again over other memory."""
    if type(lazy) is not sys.modules["polars"].LazyFrame:
        return with_attributes(lazy)
    sources = polars_sources(lazy, lazy.__getstate__())
    if sources is None:
        encoding.note("a lazy frame with functions of Python, or files: its frames come back with memory of their own")
        return with_attributes(lazy)
    frames, whole = sources
    columns = [column for frame in frames for column in frame.get_columns()]
    if not any([parts_of(encoding, column) for column in columns]):
        return with_attributes(lazy)
    if not whole:
        encoding.note("a lazy frame over memory of an array: comes back with memory of its own")
        return with_attributes(lazy)
    return make_lazy, (columns,), polars_attributes(lazy) or None, None, None, set_attributes


def with_attributes(obj):
    """As its own pickling has it, which knows of no attributes, and makes one chunk of all."""
    attributes = polars_attributes(obj)
    if not attributes:
        return NotImplemented
    function, arguments, state, *_ = obj.__reduce_ex__(2)
    return function, arguments, (state, attributes), None, None, set_both


def parts_of(encoding, series):
    """Each chunk: the chunk, or where its memory lies in that of another object. None for one alone that has memory of its own."""
    views = polars_views(series)
    places = [view is not None and encoding.memory.place_of(view, memory.address(view), view.nbytes) for view in views]
    if not any(places) and (len(views) == 1 or any(view is None for view in views)):
        return None
    return [(*place, view.dtype, view.shape) if place else chunk for place, view, chunk in zip(places, views, series.get_chunks())]


def make_series(name, parts, order):
    first, *more = [series_over(name, *part) if type(part) is tuple else part for part in parts]
    for part in more:
        first.append(part)
    return first.set_sorted(descending=order == "SORTED_DESC") if order else first


def series_over(name, owner, offset, dtype, shape):
    import numpy as np
    import polars
    return polars.Series(name, np.ndarray(shape, dtype, memory.in_order(owner), offset))


def make_frame(columns):
    import polars
    return polars.DataFrame(columns)


def make_lazy(columns):
    return make_frame(columns).lazy()


def set_attributes(obj, attributes):
    vars(obj).update(attributes)


def set_both(obj, parts):
    state, attributes = parts
    obj.__setstate__(state)
    set_attributes(obj, attributes)


ADAPTERS = {
    "polars.series.series.Series": reduce_series,
    "polars.dataframe.frame.DataFrame": reduce_frame,
    "polars.lazyframe.frame.LazyFrame": reduce_lazy,
}
