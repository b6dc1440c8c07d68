"""Mapped files (`mmap.mmap`, and over it `numpy.memmap`): mapped again where the file is the same; so is memory that processes share by name.

What was written to a map that is shared with its file stands there. Of a private one (ACCESS_COPY) the pages are stored that the session
has written to.
"""
import array
import mmap
import os
import re
import struct

from kernelferry._ferry import Unguarded, instance_memory
from kernelferry.codec.adapters_files import to_close
from kernelferry.objects import files

_FIELDS = struct.Struct("@Pnnqni")  # where it lies, length, position, offset in the file, exports, descriptor
_PERMISSIONS = {"ACCESS_READ": "r--s", "ACCESS_COPY": "rw-p", "ACCESS_WRITE": "rw-s", "ACCESS_DEFAULT": "rw-s"}
_PAGE = mmap.PAGESIZE
_IS_OF_FILE, _IS_SWAPPED, _IS_PRESENT = 1 << 61, 1 << 62, 1 << 63  # of a page, in /proc/self/pagemap


def reduce_map(encoding, mapped):
    if type(mapped) is not mmap.mmap:
        raise TypeError(f"a {type(mapped).__name__} may do what a mapped file does not")
    if mapped.closed:
        return make_closed, ()
    access, *numbers = re.search(r"access=(\w+), length=(\d+), pos=(\d+), offset=(\d+)", repr(mapped)).groups()
    length, position, offset = map(int, numbers)
    address, *found, _, descriptor = _FIELDS.unpack_from(instance_memory(mapped), object.__basicsize__)
    if found != [length, position, offset]:
        raise TypeError("what it is made of cannot be seen in this Python")
    if descriptor == -1:
        raise TypeError("it maps no file")
    if _permissions(address) != _PERMISSIONS[access]:
        raise TypeError("it is mapped in a way that it does not tell: map the file by access=")
    path, identity = files.file_of(descriptor, mapped=True)
    pages = [(start, encoding.own_buffer(memoryview(mapped)[start:end])) for start, end in _own_pages(address, length)] if access == "ACCESS_COPY" else None
    return make_map, (access, length, offset, position, path, identity), pages, None, None, set_pages


def _permissions(address) -> str:
    return _area(address)[1]


def is_of_file(address) -> bool:
    """What lies there is a file that is mapped."""
    return _area(address)[4] != "0"


def _area(address) -> list[str]:
    """Addresses, permissions, offset, device and inode of the mapping in which an address lies."""
    with open("/proc/self/maps") as areas:
        for area in areas:
            found = area.split(maxsplit=5)[:5]
            start, end = (int(each, 16) for each in found[0].split("-"))
            if start <= address < end:
                return found
    return ["", "", "", "", "0"]


def _own_pages(address, length):
    """(start, end) of what the session has written to a private map: such pages are the file's no more."""
    count = -(-length // _PAGE)
    with open("/proc/self/pagemap", "rb", buffering=0) as pages:
        about = array.array("Q", os.pread(pages.fileno(), 8 * count, address // _PAGE * 8))
    if len(about) != count:
        raise TypeError("which of its pages were written to cannot be seen")
    start = None
    for number, page in enumerate((*about, 0)):
        own = page & (_IS_SWAPPED | _IS_PRESENT) and not page & _IS_OF_FILE
        if own and start is None:
            start = number * _PAGE
        elif not own and start is not None:
            yield start, min(number * _PAGE, length)
            start = None


def make_closed():
    to_close.append(mmap.mmap(-1, 1))
    return to_close[-1]


def make_map(access, length, offset, position, path, identity):
    with Unguarded():
        descriptor = os.open(path, os.O_CLOEXEC | (os.O_RDONLY if access in ("ACCESS_READ", "ACCESS_COPY") else os.O_RDWR))
    try:
        files.require(descriptor, path, identity)
        mapped = mmap.mmap(descriptor, length, access=getattr(mmap, access), offset=offset)
    finally:
        os.close(descriptor)
    mapped.seek(position)
    return mapped


def set_pages(mapped, pages):
    for start, content in pages:
        mapped[start:start + len(content)] = content


def reduce_shared(encoding, memory):
    if memory._fd < 0:
        return make_shared_closed, (dict(vars(memory)),)
    return make_shared, (memory.name, *files.file_of(memory._fd, mapped=True))


def make_shared(name, path, identity):
    from multiprocessing.shared_memory import SharedMemory  # not each session needs it

    with Unguarded():
        descriptor = os.open(path, os.O_CLOEXEC | os.O_RDONLY)
        try:
            files.require(descriptor, path, identity)  # first: what has been attached to is removed when the process ends
        finally:
            os.close(descriptor)
        return SharedMemory(name)


def make_shared_closed(attributes):
    from multiprocessing.shared_memory import SharedMemory

    memory = SharedMemory.__new__(SharedMemory)
    vars(memory).update(attributes)
    return memory


ADAPTERS = {"mmap.mmap": reduce_map, "multiprocessing.shared_memory.SharedMemory": reduce_shared}
