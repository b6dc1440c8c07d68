"""matplotlib figures: decoding must not open a window. Which figures pyplot knows, and by which number, is an item of
process state.

An image hears from its norm, and a color bar from the image, by callbacks that matplotlib does not pickle: limits that
are set after a resume would leave the color bar as it was. Registries hold them weakly. So those that are methods of what
is encoded anyway are connected again, under their own numbers, once everything is there. matplotlib's own pickling also
counts these numbers on, where saving must not be noticed.
"""
import copy
import copyreg
import itertools
import types


def reduce_figure(encoding, figure):
    function, arguments, state, *rest = figure.__reduce_ex__(5)
    if isinstance(state, dict):
        state = {name: value for name, value in state.items() if name != "_restore_to_pylab"}
    return function, arguments, state, *rest


def reduce_callbacks(encoding, registry):
    cls, attributes = type(registry), vars(registry)
    if not {"_cid_gen", "_pickled_cids", "callbacks"} <= attributes.keys():
        return NotImplemented
    for signal, proxies in list(registry.callbacks.items()):
        for cid, proxy in list(proxies.items()):
            function = proxy()
            if cid not in registry._pickled_cids:
                if type(function) is types.MethodType:
                    callbacks_of(encoding).entries.append((registry, signal, cid, function))
                elif type(function) is types.FunctionType:
                    tell_if_lost(encoding, signal, function)
    asked = object.__new__(cls)  # instead of it
    vars(asked).update(attributes, _cid_gen=copy.copy(registry._cid_gen))
    return copyreg.__newobj__, (cls,), (asked.__getstate__(), list(attributes)), None, None, set_callbacks


def set_callbacks(registry, parts):
    state, order = parts
    registry.__setstate__(state)
    attributes = dict(vars(registry))
    vars(registry).clear()
    vars(registry).update({name: attributes[name] for name in order if name in attributes} | attributes)


def tell_if_lost(encoding, signal, function):
    """Where cells have connected it, or it calls one of theirs (Slider.on_changed)."""
    calls = [each for each in map(_contents, function.__closure__ or ()) if type(each) in (types.FunctionType, types.MethodType)]
    if any(getattr(each, "__globals__", None) is encoding.namespace for each in (function, *calls)):
        encoding.note(f"{function.__qualname__} is not called any more for {signal} of matplotlib")


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None


class Callbacks:
    """Is pickled last: by then it shows which objects are encoded without the callbacks."""

    def __init__(self, encoding):
        self.encoding, self.entries = encoding, []

    def __reduce__(self):
        met, kept = self.encoding.met(), []
        for registry, signal, cid, method in self.entries:
            target, function = method.__self__, method.__func__
            if type(function) is not types.FunctionType:
                continue
            if id(target) in met and function_of(target, function.__name__) is function:
                kept.append((registry, signal, cid, target, function.__name__))
            else:
                tell_if_lost(self.encoding, signal, function)
        return connect, (kept,)


def callbacks_of(encoding) -> Callbacks:
    if not encoding.last:
        encoding.last.append(Callbacks(encoding))
    return encoding.last[0]


def function_of(target, name):
    """As its class has it: a registry refers weakly to the function, too."""
    return next((vars(cls)[name] for cls in type.mro(type(target)) if name in vars(cls)), None)


def connect(entries):
    for registry, signal, cid, target, name in entries:
        count, registry._cid_gen = registry._cid_gen, itertools.count(cid)
        try:
            registry.connect(signal, types.MethodType(function_of(target, name), target))
        finally:
            registry._cid_gen = count
        registry.callbacks[signal] = dict(sorted(registry.callbacks[signal].items()))  # called in the order of connecting


ADAPTERS = {"matplotlib.figure.Figure": reduce_figure, "matplotlib.cbook.CallbackRegistry": reduce_callbacks}
