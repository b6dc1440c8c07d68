"""Random programs: what they made goes through the codec, and the rest of the program then does the same to both.

Compared are accounts of the two namespaces that share nothing with walker and codec (tests/sessions/canon.py), and the
fingerprints. `tests/sessions/programs.py` does the same through whole kernels.
"""

import random

import numpy
import pytest

from kernelferry import _ferry, codec
from tests.sessions.canon import canon
from tests.sessions.programs import Program

EARLY = 5  # cells that run before


def run(namespace, cells):
    random.seed(1)
    numpy.random.seed(1)
    for cell in cells:
        try:
            exec(compile(cell, "<program>", "exec"), namespace)
        except Exception:
            pass  # a program may raise; it does so in both


def through_the_codec(namespace):
    """Another namespace with the same, and the names that cannot be encoded, which are taken out of both."""
    walker, other, objects, lost = _ferry.Walker(namespace), {"__name__": "__main__"}, {}, set()
    look = walker.look(_ferry.user_names(namespace))
    for component in look.components:
        values, exports, needs = ({n: namespace[n] for n in component.names}, *({p: look.object(p) for p in pids} for pids in
                                                                                  (component.exports, component.needs)))
        try:
            encoded = codec.encode(values, exports, needs, namespace, walker.module_reference)
            decoded = codec.decode(memoryview(b"".join(encoded.chunks)), objects.__getitem__, other)
        except (codec.EncodeError, codec.DecodeError):  # a generator, or who needs a class that it keeps
            lost.update(component.names)
            continue
        other.update(decoded.values)
        objects.update(decoded.exports)
    for name in lost:
        del namespace[name]
    return other, lost


@pytest.mark.parametrize("start", range(0, 240, 60))
def test_what_comes_back_goes_on_as_the_original(start):
    compared = 0
    for seed in range(start, start + 60):
        program, one = Program(seed, 9), {"__name__": "__main__"}
        run(one, program.cells[:EARLY])
        two, _ = through_the_codec(one)
        for cells in ([], program.cells[EARLY:]):
            run(one, cells)
            run(two, cells)
            names = _ferry.user_names(one)
            assert names == _ferry.user_names(two), seed
            assert canon(one, names).splitlines() == canon(two, names).splitlines(), seed
            looks = [_ferry.Walker(namespace).look(names) for namespace in (one, two)]
            prints = [{tuple(c.names): c.fingerprint for c in look.components if not c.opaque} for look in looks]
            assert prints[0] == prints[1], seed
            compared += len(names)
    assert compared > 300
