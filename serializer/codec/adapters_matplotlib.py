"""matplotlib figures: decoding must not open a window. Which figures pyplot knows, and by which number, is an item of
process state.

An image hears from its norm, and a color bar from the image, by callbacks that matplotlib does not pickle: limits that
are set after a resume would leave the color bar as it was. Registries hold methods weakly. So those that are methods of what
is encoded anyway, and the functions that cells have connected, are connected again, under their own numbers, once everything
is there. matplotlib's own pickling also counts these numbers on, where saving must not be noticed; and it forgets whom an
artist tells that it has changed, without which pyplot does not draw a figure anew.
"""
import copy
import copyreg
import itertools
import types

from kernelferry.codec.functions import importable
from kernelferry.objects.callbacks import is_of_cells


def reduce_artist(encoding, artist):
    told = vars(artist).get("stale_callback")
    if type(told) is types.FunctionType and importable(told):
        encoding.at_last(Callbacks).told.setdefault(told, []).append(artist)
    return NotImplemented


def reduce_figure(encoding, figure):
    reduce_artist(encoding, figure)
    function, arguments, state, *rest = figure.__reduce_ex__(5)
    if isinstance(state, dict):
        state = {name: value for name, value in state.items() if name != "_restore_to_pylab"}
        encoding.at_last(Callbacks).figures.append((figure, figure.stale))
    return function, arguments, state, *rest


def reduce_callbacks(encoding, registry):
    cls, attributes = type(registry), vars(registry)
    if not {"_cid_gen", "_pickled_cids", "callbacks"} <= attributes.keys():
        return NotImplemented
    for signal, proxies in list(registry.callbacks.items()):
        for cid, proxy in list(proxies.items()):
            function = proxy()
            if cid not in registry._pickled_cids:
                if type(function) is types.MethodType or is_of_cells(function):
                    encoding.at_last(Callbacks).entries.append((registry, signal, cid, function))
    asked = object.__new__(cls)  # instead of it
    vars(asked).update(attributes, _cid_gen=copy.copy(registry._cid_gen))
    return copyreg.__newobj__, (cls,), (asked.__getstate__(), list(attributes)), None, None, set_callbacks


def set_callbacks(registry, parts):
    state, order = parts
    registry.__setstate__(state)
    attributes = dict(vars(registry))
    vars(registry).clear()
    vars(registry).update({name: attributes[name] for name in order if name in attributes} | attributes)


class Callbacks:
    """What is connected again when everything is there."""

    def __init__(self, encoding):
        self.encoding, self.entries, self.told, self.figures = encoding, [], {}, []

    def __reduce__(self):
        met, kept = self.encoding.met(), []
        for registry, signal, cid, callback in self.entries:
            if type(callback) is not types.MethodType:
                kept.append((registry, signal, cid, callback, ""))
                continue
            target, function = callback.__self__, callback.__func__
            if type(function) is not types.FunctionType:
                continue
            if id(target) in met and function_of(target, function.__name__) is function:
                kept.append((registry, signal, cid, target, function.__name__))
            elif is_of_cells(callback):
                self.encoding.note(f"{function.__qualname__} is not called any more for {signal} of matplotlib")
        return connect, (kept, self.told, self.figures)


def function_of(target, name):
    """As its class has it: a registry refers weakly to the function, too."""
    return next((vars(cls)[name] for cls in type.mro(type(target)) if name in vars(cls)), None)


def connect(entries, told=(), figures=()):
    """told: function -> artists that call it when they change. figures: with whether each was to be drawn anew; to decode one
    makes it so, and pyplot would call what waits for its drawing."""
    for registry, signal, cid, target, name in entries:  # a method of the target, or "": the target itself
        count, registry._cid_gen = registry._cid_gen, itertools.count(cid)
        try:
            registry.connect(signal, types.MethodType(function_of(target, name), target) if name else target)
        finally:
            registry._cid_gen = count
        registry.callbacks[signal] = dict(sorted(registry.callbacks[signal].items()))  # called in the order of connecting
    for function in told:
        for artist in told[function]:
            artist.stale_callback = function
    for figure, stale in figures:
        figure._stale = stale


ADAPTERS = {"matplotlib.artist.Artist": reduce_artist, "matplotlib.figure.Figure": reduce_figure, "matplotlib.cbook.CallbackRegistry": reduce_callbacks}
