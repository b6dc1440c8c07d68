"""Whose memory it is that an object of C looks into."""

import array

import numpy as np
import pytest

from kernelferry.codec.memory import Memory
from kernelferry.objects.array_memory import address


def asked(owner, part):
    """What is found for a stranger over `part`, once `owner` is known."""
    memory, stranger = Memory(), object()
    place = address(part) + min(0, (len(part) - 1) * part.strides[0]), part.nbytes
    assert memory.place_of(stranger, *place) is None
    return memory.learn(lambda: [[1], "text", owner]), memory.place_of(stranger, *place)


@pytest.mark.parametrize("owner, part", [
    (a := np.arange(9), a[2:5]),
    (a := np.asfortranarray(np.ones((3, 4))), a.ravel("K")[1:]),
    (a := np.ones((2, 3, 4)).transpose(1, 0, 2).copy("K"), a.ravel("K")[1:]),
    (a := bytearray(8), np.frombuffer(a, "u1")[1:3]),
    (a := array.array("d", [1, 2]), np.frombuffer(a)[1:]),
])
def test_an_owner_is_found_by_where_its_memory_lies(owner, part):
    found, place = asked(owner, part)
    assert found and place[0] is owner
    start = address(owner)
    assert place[1] == address(part) - start


@pytest.mark.parametrize("owner", [np.arange(9), bytearray(8), bytearray(), np.array([[1]], object), np.arange(9)[::2]])
def test_what_lies_elsewhere_is_nobodys(owner):
    assert asked(owner, np.arange(3)) == (False, None)


def test_an_array_is_no_view_of_itself():
    memory, own = Memory(), np.arange(3)
    memory.place_of(object(), address(own), own.nbytes)
    assert memory.learn(lambda: [own]) and memory.place_of(own, address(own), own.nbytes) is None
