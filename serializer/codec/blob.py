"""The bytes of one component.

    "FKCB" | u16 layout | u8 u8 Python version | u32 length of header | header (JSON) | numbers | pickle | buffers

`numbers` is a pickled list of what the pickle refers to by number: ints and floats that are shared inside the component,
and strings that are interned. `pickle` is the pickle of (values, exports, tables) in protocol 5; layout 1 had no `tables`, the
list of each set whose table must be laid out and the layout as bytes (set_layout.h), and since layout 3 of each dict or set
with keys that changed in it and a tuple (changed_keys.h). Layout 4 is that with the calls of named_tuples.py in the pickle,
layout 5 with references of scripts.py; a blob is written in the lowest that serves. Each buffer starts at a multiple of 64,
counted from the start of the blob. Offsets in the header count from the end of the header, rounded up to 64, so that the
header does not depend on its own length.
The header: {"names": [...], "numbers": length, "pickle": length, "buffers": [[offset, length, copied], ...],
"sources": {file name of a cell: its text}, "uncovered": whether it holds state that no fingerprint covers}. The store frames and checks the blob; nothing here is trusted to be intact,
but altered bytes only ever lead to an exception.
"""
import struct
import sys
from json import dumps, loads

MAGIC = b"FKCB"
LAYOUT = 5
ALIGN = 64
_HEAD = struct.Struct("<4sHBBI")


def _up(offset: int) -> int:
    return -offset % ALIGN


def write(names, sources, numbers: bytes, pickled: list, buffers: list, uncovered=False, layout=3) -> list:
    """The chunks of a blob. `buffers`: list of (flat memoryview, copied)."""
    length = sum(map(len, pickled))
    place = len(numbers) + length
    table, tail = [], []
    for view, copied in buffers:
        gap = _up(place)
        if gap:
            tail.append(bytes(gap))
        tail.append(view)
        table.append([place + gap, view.nbytes, int(copied)])
        place += gap + view.nbytes
    header = dumps({"names": names, "numbers": len(numbers), "pickle": length, "buffers": table,
                         "sources": sources, "uncovered": uncovered}).encode()
    start = _HEAD.size + len(header)
    head = _HEAD.pack(MAGIC, layout, *sys.version_info[:2], len(header))
    return [head + header + bytes(_up(start)) + numbers, *pickled, *tail]


class Parts:
    """A blob taken apart; nothing is copied. ValueError says what is wrong with it; `names` is set as early as can be."""

    def __init__(self, blob):
        self.names = []
        blob = memoryview(blob).cast("B").toreadonly()
        if len(blob) < _HEAD.size:
            raise ValueError("the blob is cut off")
        magic, layout, major, minor, length = _HEAD.unpack_from(blob)
        if magic != MAGIC:
            raise ValueError("not a component of a Ferry session")
        if layout > LAYOUT:
            raise ValueError(f"written by a newer Kernelferry (layout {layout}, this one reads {LAYOUT})")
        start = _HEAD.size + length
        header = loads(bytes(blob[_HEAD.size:start]))
        self.names = [str(name) for name in header["names"]]
        if (major, minor) != sys.version_info[:2]:
            raise ValueError(f"written by Python {major}.{minor}, this is {sys.version_info[0]}.{sys.version_info[1]}")
        self.sources = header["sources"]
        self.uncovered = bool(header.get("uncovered"))
        body = blob[start + _up(start):]
        middle = header["numbers"]
        self.numbers = _part(body, 0, middle)
        self.pickle = _part(body, middle, header["pickle"])
        self.buffers = [(_part(body, place, size), bool(copied)) for place, size, copied in header["buffers"]]


def _part(body: memoryview, start: int, length: int) -> memoryview:
    if not (isinstance(start, int) and isinstance(length, int) and 0 <= start and 0 <= length
            and start + length <= len(body)):
        raise ValueError("a part of the blob lies outside of it")
    return body[start:start + length]
