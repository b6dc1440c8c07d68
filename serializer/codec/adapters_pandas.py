"""pandas blocks and indexes: who shares memory with whom under copy-on-write.

A block knows through its `refs` which others look at the same memory; a write copies while there are any. Arrays keep
sharing memory here, so blocks must keep knowing it: pickled without, a write to one frame would show in the other.
"""

import weakref

from kernelferry._ferry import weak_target
from kernelferry.objects.frames import arrow_chunks


def reduce_block(encoding, block):
    function, arguments = block.__reduce__()[:2]
    return make_block, (function, arguments, block.refs)


def make_block(function, arguments, refs):
    block = function(*arguments)
    refs.add_reference(block)
    block.refs = refs
    return block


def reduce_series_manager(encoding, manager):
    """Its own pickling takes the values out of the block."""
    return type(manager), (manager.blocks[0], manager.axes[0])


def reduce_refs(encoding, refs):
    return type(refs), ()


def reduce_index(encoding, index):
    """Its constructor would copy values, ranges and levels that indexes share."""
    if not _is_of_pandas(type(index).__reduce__):
        return NotImplemented
    state = {name: value for name, value in vars(index).items() if name not in ("_cache", "_references")}
    if "_levels" in state:  # `levels` are others, made when they are asked for, and the same from then on
        state["_cache"] = {name: value for name, value in vars(index).get("_cache", {}).items() if name == "levels"}
    # a RangeIndex makes its memory, and its references, when asked
    return make_index, (type(index),), (state, vars(index).get("_references")), None, None, set_index


def _is_of_pandas(function) -> bool:
    return getattr(function, "__module__", "").partition(".")[0] == "pandas"


def make_index(cls):
    return object.__new__(cls)


def set_index(index, parts):
    state, refs = parts
    vars(index).update({"_cache": {}} | state)
    if refs is not None:
        index._references = refs
        refs.add_index_reference(index)


def reduce_arrow(encoding, array):
    """Its own pickling would make one chunk of all."""
    state = {name: {} if name == "_cache" else value for name, value in vars(array).items()}
    return object.__new__, (type(array),), state | {"_pa_array": arrow_chunks(state["_pa_array"])}, None, None, set_arrow


def set_arrow(array, state):
    vars(array).update(state)


OWN = {"_is_copy", "_cacher", "_item_cache", "_mgr", "_attrs", "_flags", "_typ", "_metadata", "_name", "_cache"}  # pandas' own fields


def reduce_frame(encoding, frame):
    """Before pandas 3 a part of a frame knows of what it is one: to warn (`_is_copy`), and as a column that the frame hands
    out again (`_cacher`, and there `_item_cache`). Pickled without, a write to one would not reach the other. What cells have
    hung on a frame (`df.name = "train"`) its own pickling forgets, too."""
    known = {name: value for name, value in vars(frame).items() if name not in OWN and name not in frame._metadata}
    if cached := vars(frame).get("_item_cache"):
        known["_item_cache"] = cached
    parts = {name: (value, whole) for name in ("_is_copy", "_cacher") if (value := vars(frame).get(name)) for whole in [_whole(value)]}
    if not (known or parts) or not _is_of_pandas(type(frame).__getstate__) or not _is_of_pandas(type(frame).__setstate__):
        return NotImplemented
    for name, (value, whole) in parts.items():
        if whole is None:
            known[name] = value
        else:
            encoding.at_last(Parts).entries.append((frame, name, value, whole))
    function, arguments, state, *_ = frame.__reduce_ex__(2)
    return function, arguments, (state, known), None, None, set_frame


def _whole(value):
    """What a part is one of, None if that has gone; value: a weak reference, or a name with one, or a text that pandas tells in a warning."""
    reference = value[1] if isinstance(value, tuple) else value
    return weak_target(reference) if isinstance(reference, weakref.ref) else None


class Parts:
    """Parts of what is alive. A whole that is not encoded as well is left out, which the part's fingerprint tells."""

    def __init__(self, encoding):
        self.encoding, self.entries = encoding, []

    def __reduce__(self):
        met = self.encoding.met()
        return set_parts, ([(frame, name, value) for frame, name, value, whole in self.entries if id(whole) in met],)


def set_frame(frame, parts):
    state, known = parts
    frame.__setstate__(state)
    vars(frame).update(known)


def set_parts(entries):
    for frame, name, value in entries:
        vars(frame)[name] = value


ADAPTERS = {
    "pandas._libs.internals.Block": reduce_block,
    "pandas.core.internals.managers.SingleBlockManager": reduce_series_manager,
    "pandas._libs.internals.BlockValuesRefs": reduce_refs,
    "pandas.arrays.ArrowExtensionArray": reduce_arrow,
    "pandas.core.arrays.arrow.array.ArrowExtensionArray": reduce_arrow,
    "pandas.DataFrame": reduce_frame,
    "pandas.Series": reduce_frame,
    "pandas.core.frame.DataFrame": reduce_frame,
    "pandas.core.series.Series": reduce_frame,
    "pandas.Index": reduce_index,
    "pandas.core.indexes.base.Index": reduce_index,
}
