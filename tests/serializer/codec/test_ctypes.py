"""A part of data of ctypes is asked for without reading what else is in that."""
import ctypes

import pytest

from kernelferry.codec import EncodeError, decode, encode

SPACE = {"__name__": "__main__"}


class Inner(ctypes.Structure):
    _fields_ = [("number", ctypes.c_int)]


class Outer(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("first", Inner), ("second", Inner)]


class Plain(Outer):
    _fields_ = [("rows", Inner * 3)]


class Base(ctypes.Structure):
    _fields_ = [("one", Inner)]


class Derived(Base):
    _fields_ = [("rows", Inner * 3)]


def again(**values):
    return decode(b"".join(encode(values, {}, {}, SPACE).chunks), None, SPACE).values


@pytest.mark.parametrize("part", [lambda outer: outer.first, lambda outer: outer.second, lambda outer: outer.rows[1]])
def test_a_text_that_lies_nowhere_is_not_read(part):
    outer = Plain.from_buffer(bytearray(b"\x11" * ctypes.sizeof(Plain)))
    with pytest.raises(EncodeError, match="pointers"):
        again(part=part(outer))


@pytest.mark.parametrize("make", [Outer, Plain, lambda: Outer.from_buffer(bytearray(ctypes.sizeof(Outer)))])
def test_an_address_is_refused_also_in_a_buffer_and_in_a_field_of_a_base(make):
    outer = make()
    outer.text = b"text"
    with pytest.raises(EncodeError, match="pointers"):
        again(outer=outer)


def test_what_a_pointer_refers_to_is_no_part_of_the_pointer():
    with pytest.raises(EncodeError, match="does not tell which"):
        again(part=ctypes.pointer(ctypes.c_int(5)).contents)


@pytest.mark.parametrize("part", [lambda whole: whole.one, lambda whole: whole.rows, lambda whole: whole.rows[2]])
def test_a_part_is_the_same_part_again(part):
    whole = Derived()
    part(whole)
    back = again(whole=whole, part=part(whole))
    assert bytes(back["part"]) == bytes(part(back["whole"]))
    ctypes.memset(ctypes.addressof(back["part"]), 7, 4)
    assert bytes(part(back["whole"]))[:4] == b"\7" * 4
