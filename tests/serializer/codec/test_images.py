"""Images of PIL over memory of another object."""
import numpy as np
from PIL import Image, ImageDraw

from kernelferry.codec import adapters_libraries, decode, encode
from kernelferry.objects import images


def again(**values):
    encoded = encode(values, {}, {}, {})
    return decode(memoryview(b"".join(encoded.chunks)), None, {}).values, encoded.notes


def test_it_looks_into_the_array_again():
    a = np.arange(24, dtype=np.uint8).reshape(4, 6)
    back, notes = again(a=a, im=Image.fromarray(a[1:3]), alone=Image.fromarray(a.copy()))
    back["a"][1, 0] = 99
    assert back["im"].getpixel((0, 0)) == 99 and back["alone"].getpixel((0, 1)) == 6 and notes == []


def test_it_is_copied_before_it_changes():
    a = np.zeros((2, 3, 4), np.uint8)
    back, _ = again(a=a, im=Image.fromarray(a))
    back["im"].putpixel((0, 0), (1, 2, 3, 4))
    assert not back["a"].any() and back["im"].getpixel((0, 0)) == (1, 2, 3, 4)


def test_where_the_rows_lie_is_named_where_it_is_unknown(monkeypatch):
    monkeypatch.setattr(images, "_place", lambda: None)
    a = np.arange(24, dtype=np.uint8).reshape(4, 6)
    back, notes = again(a=a, im=Image.fromarray(a), none=Image.frombuffer("L", (3, 0), b"", "raw", "L", 0, 1))
    assert notes == ["an image that looks into memory of another object: comes back with memory of its own"]
    assert np.array_equal(np.asarray(back["im"]), a)


def test_one_over_a_mapped_file_is_named(tmp_path):
    mapped = np.memmap(tmp_path / "pixels", np.uint8, "w+", shape=(4, 6))
    assert again(im=Image.fromarray(mapped))[1] == ["an image over a mapped file: comes back with memory of its own"]


def test_what_draws_is_found_where_older_stores_name_it():
    image = Image.new("RGB", (2, 2))
    adapters_libraries.make_draw(ImageDraw.ImageDraw, image, "RGB").point((1, 1), (9, 9, 9))
    assert image.getpixel((1, 1)) == (9, 9, 9)
