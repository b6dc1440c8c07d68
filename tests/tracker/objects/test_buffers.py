"""Looks that believe what no cell can have changed: what they skip, and what they do when they were wrong."""

import ctypes
import gc

import numpy as np
import pytest
from kernelferry import _ferry

SIZE = 40_000  # numbers; a look remembers buffers from 64 KiB


def look(walker, names, untouched=(), before=None):
    found = walker.look(sorted(names), set(untouched), before)
    return {name: c.fingerprint for c in found.components for name in c.names}, found.buffers


@pytest.fixture
def space():
    gc.collect()
    return {"a": np.arange(SIZE, dtype=float), "b": np.arange(SIZE, dtype=float) + 1, "text": "x" * 100_000}


def test_a_buffer_of_an_untouched_name_is_not_read_again(space):
    walker = _ferry.Walker(space)
    before, buffers = look(walker, space)
    assert len(buffers) == 3
    space["a"][5] = space["b"][5] = -1.0
    after, _ = look(walker, space, ["a"], buffers)
    assert after["a"] == before["a"] and after["b"] != before["b"] and after["text"] == before["text"]
    assert look(walker, space)[0]["a"] != before["a"]


def test_what_is_believed_is_believed_again_by_the_next_look(space):
    walker = _ferry.Walker(space)
    before, buffers = look(walker, space)
    space["a"][5] = -1.0
    _, buffers = look(walker, space, ["a"], buffers)
    assert look(walker, space, ["a"], buffers)[0]["a"] == before["a"]


def test_another_array_in_its_place_is_read(space):
    walker = _ferry.Walker(space)
    before, buffers = look(walker, space)
    space["a"] = np.arange(SIZE, dtype=float) * 2
    assert look(walker, space, ["a"], buffers)[0]["a"] != before["a"]


def test_what_shares_an_array_with_a_touched_name_is_read(space):
    space["view"] = space["a"][10:]
    walker = _ferry.Walker(space)
    before, buffers = look(walker, space)
    space["a"][5] = -1.0
    after, _ = look(walker, space, ["a"], buffers)  # the view was touched
    assert after["a"] != before["a"] and after["a"] == look(walker, space)[0]["a"]


@pytest.mark.parametrize("memory", [bytearray(SIZE * 8), (ctypes.c_char * (SIZE * 8))()])
def test_memory_that_something_else_owns_is_read(space, memory):
    space["a"] = np.frombuffer(memory, dtype=float)
    walker = _ferry.Walker(space)
    before, buffers = look(walker, space)
    space["a"][5] = -1.0
    assert look(walker, space, ["a"], buffers)[0]["a"] != before["a"]
