"""Images of PIL that look into memory of another object, and what images are made of.

`Image.fromarray(a)` in grey or with transparency copies no pixels: what is written to the array is seen in the image. Where its rows lie
only its core knows, a struct of C behind a capsule. Where in that the table of rows is referred to differs from one PIL to the next, and is
found out by two images whose rows are known.
"""
import functools
import sys

from kernelferry._ferry import capsule_parts
from kernelferry.objects.array_memory import address
from kernelferry.objects.hung import forgotten
from kernelferry.objects.instance import fields_of

_WORDS = 12  # of the struct that are looked at; it has more


class Rows:
    """Where the rows of an image lie: the lowest address, bytes of a row, from row to row, how many, 1 or -1: upwards."""

    def __init__(self, low, width, step, count, order):
        self.low, self.width, self.step, self.count, self.order = low, width, step, count, order

    def view(self):
        """An array over them that cannot be written."""
        return _memory(self.low, (self.count, self.width), (self.step, 1))


def is_view(image) -> bool:
    """It may look into memory of another object: it copies its pixels before it changes them."""
    if type(image) is not sys.modules["PIL.Image"].Image:
        return False
    fields = fields_of(image)
    core = fields.get("_im")
    return core is not None and 0 not in core.size and bool(fields.get("_readonly") or getattr(core, "readonly", 0))


def rows_of(image):
    """Rows, None where that is unknown."""
    core, place = fields_of(image)["_im"], _place()
    width, count = core.size
    if place is None or not _words(core)[place]:
        return None
    first, second = _rows(core, place, min(count, 2))[[0, -1]].tolist()
    step = second - first
    return Rows(first + min(0, step * (count - 1)), width * _bytes_of(core.mode), abs(step) or width, count, -1 if step < 0 else 1)


def _bytes_of(mode) -> int:
    return 1 if mode in ("L", "P") else 2 if mode.startswith("I;16") else 4


@functools.cache
def _place():
    """Which word of the struct refers to the table of rows: in grey beside one that is as it, in colours beside another. None: unknown."""
    import numpy as np
    images = sys.modules["PIL.Image"]
    found = []
    for mode, alike in (("L", -2), ("RGBA", -1)):
        pixels = np.zeros((3, 8, _bytes_of(mode)), np.uint8)
        core = images.frombuffer(mode, (8, 3), pixels, "raw", mode, 0, 1).im
        try:
            words = _words(core)
        except (AttributeError, TypeError):
            return None
        places = {at for at in range(2, _WORDS) if words[at] and words[at] == words[at + alike] and not words[at - 3 - alike]}
        start, step = address(pixels), pixels.strides[0]
        found.append({at for at in places if _rows(core, at, 3).tolist() == [start, start + step, start + 2 * step]})
    both = found[0] & found[1]
    return both.pop() if len(both) == 1 else None


def _words(core) -> list:
    return _memory(capsule_parts(core.ptr)[0], (_WORDS,), (8,), "<u8").tolist()


def _rows(core, place, count):
    return _memory(_words(core)[place], (count,), (8,), "<u8")


def _memory(start, shape, strides, kind="|u1"):
    import numpy as np

    class Place:
        __array_interface__ = {"data": (start, True), "shape": shape, "strides": strides, "typestr": kind, "version": 3}
    return np.asarray(Place())


def fields_but_core(image) -> dict:
    return {name: value for name, value in sorted(fields_of(image).items()) if name != "_im"}


_RESTORED = {"_im", "_mode", "_size", "palette", "info", "_readonly", "_exif", "filename", "tile"}  # by its own pickling
_DATA = (int, float, str, bytes, bool, type(None))


def is_opened(image) -> bool:
    """It was read from a file, of which it knows more than its own pickling tells."""
    files = sys.modules.get("PIL.ImageFile")
    return files is not None and isinstance(image, files.ImageFile)


def read_fields(image) -> dict:
    """What an image that was read, and loaded since, knows of its file: texts, tables, how many frames there are."""
    directory = getattr(sys.modules.get("PIL.TiffImagePlugin"), "ImageFileDirectory_v2", ())
    return {name: value for name, value in sorted(fields_of(image).items())
            if name not in _RESTORED and (isinstance(value, directory) or _is_data(value))}


def has_frames(image) -> bool:
    """There may be more in the file than the frame that is shown."""
    fields = fields_of(image)
    return fields.get("n_frames", fields.get("_n_frames", 1)) != 1


def _is_data(value) -> bool:
    if type(value) is dict:
        return all(map(_is_data, value)) and all(map(_is_data, value.values()))
    return all(map(_is_data, value)) if type(value) in (list, tuple) else type(value) in _DATA


def palette_of(core):
    """(mode, colours), None for none."""
    mode = core.getpalettemode() if core.mode == "P" else None
    return mode and (mode, bytes(core.getpalette(mode, mode)))


def attributes_of(image, reduced) -> dict:
    """What its own pickling does not tell."""
    return (read_fields(image) if is_opened(image) else {}) | forgotten(image, reduced)


def parts(image):
    rows = rows_of(image) if is_view(image) else None
    if rows is None:
        reduced = image.__reduce_ex__(4)
        yield from reduced
        if attributes := attributes_of(image, reduced):
            yield attributes
    else:
        core = fields_of(image)["_im"]
        yield fields_but_core(image), core.mode, palette_of(core), rows.order, rows.view()
