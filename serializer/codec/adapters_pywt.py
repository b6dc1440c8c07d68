"""PyWavelets' trees of packets, whose `__reduce__` makes a new root of the signal: without the nodes that were asked for,
what was put into them, and those that variables hold."""
from kernelferry.codec import instances

ADAPTERS = {"pywt._wavelet_packets.BaseNode": instances.reduce_instance}
