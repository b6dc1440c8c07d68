"""Who hears from matplotlib's objects."""
import types

from kernelferry.objects.instance import fields_of


def matplotlib_callbacks(obj):
    """What its own pickling keeps, and what cells have connected. Pickling counts on, where looking must not be noticed."""
    fields = fields_of(obj)
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
