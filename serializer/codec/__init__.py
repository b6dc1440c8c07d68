"""Object graphs to bytes and back: one component a call (docs/architecture.md, "serializer/codec").

The two ways are loaded when one is first taken, or by load(): no start of a kernel waits for them.
"""
import os
import weakref

from kernelferry._ferry import Stopped
from kernelferry.codec.errors import DecodeError, EncodeError, NotBack

__all__ = ["DecodeError", "EncodeError", "NotBack", "Stopped", "decode", "encode", "reduce_alone"]

opened = weakref.WeakSet()  # files that decode() has opened to write since it was cleared


def shut_off():
    """What is still written to the files that decode() has opened goes nowhere: they are to be let go of, and opened once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for raw in list(opened):
        if not raw.closed:
            os.dup2(nowhere, raw.fileno(), inheritable=False)
    os.close(nowhere)
    opened.clear()


def load():
    """Puts both ways in place of what stands in for them here."""
    global decode, encode
    from kernelferry.codec.decode import decode
    from kernelferry.codec.encode import encode


def encode(*arguments, **names):
    load()
    return encode(*arguments, **names)


def decode(*arguments, **names):
    load()
    return decode(*arguments, **names)


def reduce_alone(obj):
    """What a pickler that knows no components gets from an adapter (alone.py); NotImplemented where there is none of that kind."""
    from kernelferry.codec import alone
    return alone.reduce(obj)
