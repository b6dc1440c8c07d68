"""Images of PIL that look into memory of another object, and what draws into images.

An image that is made of an array in grey or with transparency has no pixels of its own until it is changed. Where the component holds the
memory as an array or a bytearray, the image looks there again (memory.py finds it).
"""
import sys

from kernelferry._ferry import instance_dict
from kernelferry.codec import adapters_mmap, instances, memory
from kernelferry.objects import images


def reduce_image(encoding, image):
    if not images.is_view(image):
        reduced = image.__reduce_ex__(5)  # which loads one that was opened
        if images.is_opened(image) and images.has_frames(image):
            encoding.note("an image of a file that may have more frames: only the one that is shown comes back")
        return instances.with_attributes(reduced, images.attributes_of(image, reduced))
    rows = images.rows_of(image)
    if rows is None:
        encoding.note("an image that looks into memory of another object: comes back with memory of its own")
        return instances.reduce_hung(encoding, image)
    view = rows.view()
    place = encoding.memory.place_of(view, rows.low, rows.count * rows.step)
    if not place and adapters_mmap.is_of_file(rows.low):
        encoding.note("an image over a mapped file: comes back with memory of its own")
    owner, offset, step = (*place, rows.step) if place else (view.copy(), 0, rows.width)
    core = instance_dict(image)["_im"]
    how = core.mode, core.size, owner, offset, step * rows.order
    return image_over, how, (images.fields_but_core(image), images.palette_of(core)), None, None, set_image


def image_over(mode, size, owner, offset, step):
    from PIL import Image
    return Image.frombuffer(mode, size, memory.in_order(owner)[offset:], "raw", mode, abs(step), 1 if step > 0 else -1)


def set_image(image, state):
    fields, palette = state
    if palette:
        mode, colours = palette
        instance_dict(image)["_im"].putpalette(mode, mode, colours)
    instance_dict(image).update(fields)


DRAWN_WITH = ("ink", "fill", "font", "fontmode")


def reduce_draw(encoding, draw):
    """It draws into the image that it holds."""
    state = {name: vars(draw)[name] for name in DRAWN_WITH if name in vars(draw)}
    return make_draw, (type(draw), draw._image, draw.mode), state


def make_draw(cls, image, mode):
    return cls(image, mode)


ADAPTERS = {"PIL.Image.Image": reduce_image, "PIL.ImageDraw.ImageDraw": reduce_draw}
