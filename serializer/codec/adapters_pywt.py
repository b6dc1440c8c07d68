"""PyWavelets' own pickling loses what its objects say and hold.

The `__reduce__` of a tree of packets makes a new root of the signal: without the nodes that were asked for, what was put into
them, and those that variables hold. A wavelet comes back by its filters, as one that somebody made: neither orthogonal nor of a
family. A continuous one loses what was set in it.
"""
import sys

from kernelferry.codec import instances

_SETTABLE = ("orthogonal", "biorthogonal", "center_frequency", "bandwidth_frequency", "fbsp_order", "lower_bound", "upper_bound")


def reduce_wavelet(encoding, wavelet):
    make, arguments = wavelet.__reduce__()[:2]
    name, *filters = arguments
    if filters and _is_known(type(wavelet), name, filters[0]):
        arguments = (name,)
    return make, arguments, {key: getattr(wavelet, key) for key in _SETTABLE if hasattr(wavelet, key)}, None, None, set_wavelet


def _is_known(cls, name, filters) -> bool:
    if cls.__name__ != "Wavelet" or name not in sys.modules[cls.__module__].wavelist(kind="discrete"):
        return False
    return cls(name).filter_bank == filters


def set_wavelet(wavelet, state):
    for key, value in state.items():
        if getattr(wavelet, key) != value:
            setattr(wavelet, key, value)


ADAPTERS = {"pywt._wavelet_packets.BaseNode": instances.reduce_instance, "pywt._extensions._pywt.Wavelet": reduce_wavelet,
            "pywt._extensions._pywt.ContinuousWavelet": reduce_wavelet}
