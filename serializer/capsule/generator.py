"""States of the global random generators: random, numpy.random; and of those that modules of libraries hold (an item of settings.py).

A generator that was loaded before the first cell counts as changed when its state moved; one that a cell loaded always
does, since nobody saw the state it began with.

The 625 words of a state of `random` are written as the bytes of such, little endian; older sessions have them as a tuple of ints, half as long again. The
state of `numpy.random` is written by what it was seeded from, where it follows from that (entropy.py).
"""
import pickle
import random
import struct
import sys

from kernelferry._ferry import items_of_types

from .entropy import Entropies
from .kind import Kind

_entropies = Entropies()


def numpy_generator():
    module = sys.modules.get("numpy.random.mtrand")
    return module and module._rand


_WORDS = struct.Struct("<625I")


def packed(generator) -> bytes:
    state = generator.getstate()
    try:
        version, words, gauss = state
        state = version, _WORDS.pack(*words), gauss
    except (TypeError, ValueError, struct.error):
        pass  # of a generator that a cell put in its place
    return pickle.dumps(state, 5)


def unpacked(state: bytes):
    state = pickle.loads(state)
    if type(state) is tuple and len(state) == 3 and type(state[1]) is bytes and len(state[1]) == _WORDS.size:
        return state[0], _WORDS.unpack(state[1]), state[2]
    return state


def get_random():
    module = sys.modules.get("random")
    return None if module is None else packed(module)


def get_numpy():
    generator = numpy_generator()
    if generator is None:
        return None
    state = generator.get_state(legacy=False)
    if state["bit_generator"] == "MT19937" and (place := _entropies.place(generator, state["state"]["key"])):
        state["state"]["key"] = place
    return pickle.dumps(state, 5)


def set_random(state: bytes):
    random.setstate(unpacked(state))


def set_numpy(state: bytes):
    import numpy.random
    state = pickle.loads(state)
    if type(state["state"]["key"]) is tuple:  # older sessions have the words
        state["state"]["key"] = _entropies.words(*state["state"]["key"])
    numpy.random.set_state(state)


GET = {"random": get_random, "numpy.random": get_numpy}
SET = {"random": set_random, "numpy.random": set_numpy}


def generators() -> dict[str, bytes]:
    """The pickled state of each global generator whose module is loaded."""
    states = {name: get() for name, get in GET.items()}
    return {name: state for name, state in states.items() if state is not None}


def set_generator(name: str, state: bytes):
    """KeyError: no such generator. Imports its module."""
    SET[name](state)


def kinds() -> tuple:
    """The types of generators."""
    numpy = getattr(sys.modules.get("numpy.random"), "__dict__", {})
    return tuple(kind for kind in (random.Random, numpy.get("Generator"), numpy.get("RandomState")) if kind is not None)


def is_generator(value) -> bool:
    """Of its own: not those that the item `numpy.random` keeps."""
    return any(type(value) is kind for kind in kinds()) and value is not numpy_generator()


def generators_in(names) -> list:
    """((module, attribute), generator) in these modules. 10 ns an attribute."""
    found, known = [], kinds()
    for name in names:
        attributes = getattr(sys.modules.get(name), "__dict__", None)
        if type(attributes) is dict:
            found += [((name, attribute), value) for attribute, value in items_of_types(attributes, known) if is_generator(value)]
    return found


def state_of(generator) -> bytes:
    if type(generator) is random.Random:
        return packed(generator)
    return pickle.dumps(generator.bit_generator.state if hasattr(generator, "bit_generator") else generator.get_state(legacy=False), 5)


def set_state(generator, data):
    if type(generator) is random.Random:
        return generator.setstate(unpacked(data))
    state = pickle.loads(data)
    if hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def kind(name):
    def capture(_where, base):
        now = GET[name]()
        return None if now is None or now == base else (now, "state of the generator")

    def apply(_where, state):
        SET[name](state)
        return ""

    return Kind(name, lambda _shell: GET[name](), capture, apply)


KINDS = [kind("random"), kind("numpy.random")]
