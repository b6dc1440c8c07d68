"""Values of the shell that go on sharing, and of which each is lost for itself.

They are pickled one behind the other by one pickler: what a value shares with an earlier one is a reference to that. Where
one cannot be loaded, what it left half made is taken away, and those that refer to it are lost with it.
"""
import io
import pickle
import pickletools
import types

from kernelferry._ferry import Stopped

from .pack import Absent, Bounded, Finding, Pickler, Unpickler, pack_each, reason, refusal
from .shared import Ways, holders, paths_from_names, wanted


def pack_together(values, where, most=None) -> tuple[list | None, dict, dict]:
    """(pairs of key and bytes of all that can be written; None and {key: bytes} of each alone where all are too much; {key: why it
    cannot be written}). Raises Stopped."""
    lost = {}
    try:
        return pack_shared(values, where, most), {}, {}
    except Stopped:
        raise
    except Exception:  # a user's reduction may raise anything
        for key, value in values.items():
            try:
                pack_shared({key: value}, where, most)
            except Stopped:
                raise
            except Exception as error:
                lost[key] = refusal(value, error)
    rest = {key: value for key, value in values.items() if key not in lost}
    try:
        return pack_shared(rest, where, most), {}, lost
    except Stopped:
        raise
    except Exception:  # a value that goes alone may not go with the others
        packed, refused = pack_each(rest, where.namespace, where.names, most)
        return None, packed, lost | refused


def pack_shared(values, where, most=None) -> list:
    """pack_parts(), in which what variables hold as well is a way to it. Raises what pickling raises, and Stopped."""
    met, parts, error = [values], None, None
    try:
        parts = pack_parts(values, where.namespace, where.names, most, met)
    except Stopped:
        raise
    except Exception as failure:  # it may be too large only for what it shares
        error = failure.with_traceback(None)
    paths = paths_from_names(wanted(met, holders(where)), where)
    if paths:
        return pack_parts(values, where.namespace, Ways(where.names, paths), most)
    if error is not None:
        raise error
    return parts


def pack_parts(values, namespace, names, most=None, met=None) -> list:
    file = io.BytesIO() if most is None else Bounded(most)
    pickler, parts = Pickler(file, namespace, names, met), []
    for key, value in values.items():
        pickler.dump(value)
        parts.append((key, file.getvalue()))
        file.seek(0)
        file.truncate()
        if most is not None:
            file.most -= len(parts[-1][1])
    return parts


class PatientUnpickler(Finding, pickle._Unpickler):
    """In Python: what it remembers can be put right after an error."""


def unpack_together(parts, namespace, names) -> tuple[dict, dict]:
    """({key: value}, {key: why it cannot be had}) of what pack_together wrote. What an entry shared with a variable that is not there
    any more costs that entry."""
    absent = []
    try:
        values, lost = load_parts(parts, namespace, absent), {}
    except Exception:  # a user's class may raise anything
        if isinstance(parts, bytes):
            raise
        values, lost = load_patiently(parts, namespace, absent)
    for key, value in values.items() if absent else ():
        try:
            Pickler(types.SimpleNamespace(write=len), namespace, names).dump(value)  # which goes through all that it holds
        except Exception as error:
            lost[key] = reason(error)
    return {key: value for key, value in values.items() if key not in lost}, dict(sorted(lost.items()))


def load_parts(parts, namespace, absent) -> dict:
    if isinstance(parts, bytes):  # older stores hold one dict
        return Unpickler(io.BytesIO(parts), namespace, absent).load()
    unpickler = Unpickler(io.BytesIO(b"".join(data for _, data in parts)), namespace, absent)
    return {key: unpickler.load() for key, _ in parts}


def load_patiently(parts, namespace, absent) -> tuple[dict, dict]:
    values, lost, end, file = {}, {}, 0, io.BytesIO(b"".join(data for _, data in parts))
    unpickler = PatientUnpickler(file)
    unpickler.namespace, unpickler.absent = namespace, absent
    for key, data in parts:
        known, gone, end = len(unpickler.memo), len(absent), end + len(data)
        try:
            values[key] = unpickler.load()
        except Exception as error:
            lost[key] = f"LookupError: {absent[gone].why}" if len(absent) > gone else reason(error)
            absent.append(Absent(f"it shared an object with what could not be had: {lost[key]}"))
            remembered = sum(operation.name == "MEMOIZE" for operation, _, _ in pickletools.genops(data))
            unpickler.memo.update(dict.fromkeys(range(known, known + remembered), absent[-1]))
            file.seek(end)
    return values, lost
