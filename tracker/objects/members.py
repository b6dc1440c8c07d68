"""Fields of objects of C that no attribute tells: where they stand in the object is found by objects of which they are known."""
import struct


def place_of(pairs, code: str) -> int:
    """pairs: (memory of an object by instance_memory, value of the field then). code: of module struct. TypeError where the field is not
    found, or where it could be another."""
    size = struct.calcsize(code)
    found = [at for at in range(0, len(pairs[0][0]) - size + 1, size)
             if all(struct.unpack_from(code, memory, at)[0] == value for memory, value in pairs)]
    if len(found) != 1:
        raise TypeError("what it is made of cannot be seen in this Python")
    return found[0]


def field(memory, code: str, place: int):
    return struct.unpack_from(code, memory, place)[0]
