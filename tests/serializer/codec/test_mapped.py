"""Mapped files come back over the same file, or not at all."""
import mmap
import os
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest

from kernelferry.codec import DecodeError, EncodeError, Stopped, decode, encode
from kernelferry.objects import files

SPACE = {"__name__": "__main__"}


def stored(value):
    return b"".join(encode({"m": value}, {}, {}, SPACE).chunks)


def again(blob):
    return decode(blob, None, SPACE).values["m"]


@pytest.fixture
def path(tmp_path):
    (tmp_path / "data").write_bytes(bytes(range(256)) * 40)
    return tmp_path / "data"


@pytest.mark.parametrize("mode", ["r", "c", "r+"])
@pytest.mark.parametrize("change", [os.remove, lambda path: path.write_bytes(b"x" * 10240), lambda path: os.truncate(path, 10239)],
                         ids=["removed", "written", "cut"])
def test_a_file_that_is_not_what_it_was_is_named(path, mode, change):
    blob = stored(np.memmap(path, mode=mode))
    assert again(blob)[255] == 255
    change(path)
    with pytest.raises(DecodeError, match=str(path)):
        again(blob)


def test_memory_that_processes_share_is_the_same_or_is_named():
    memory = SharedMemory(create=True, size=8)
    try:
        memory.buf[0] = 1
        blob, back = stored(memory), again(stored(memory))
        back.buf[1] = memory.buf[0] + 1
        assert memory.buf[1] == 2 and back.name == memory.name
        back.close()
        with pytest.raises(DecodeError, match="is not what it was"):
            again(blob)
        memory.close()
        closed = again(stored(memory))
        assert (closed.name, closed.size, closed.buf) == (memory.name, 8, None)
    finally:
        memory.unlink()


def test_what_is_written_to_a_large_file_is_seen(path):
    os.truncate(path, 1 << 20)
    one = np.memmap(path, mode="r+")
    one[0] = 1
    blobs = [stored(one), stored(np.memmap(path, mode="r"))]
    times = os.stat(path)
    one[0] = 2
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    for blob in blobs:
        with pytest.raises(DecodeError, match="is not what it was"):
            again(blob)
    one[0] = 1
    assert again(blobs[0])[0] == again(blobs[1])[0] == 1


def test_a_file_that_is_too_large_to_be_compared_is_refused_where_it_can_be_written(path):
    os.truncate(path, (64 << 20) + 1)
    assert again(stored(np.memmap(path, mode="r")))[255] == 255
    with pytest.raises(EncodeError, match="more than 64 MiB"):
        stored(np.memmap(path, mode="r+"))


def test_reading_a_large_file_gives_way_to_requests_while_it_is_stored(path, monkeypatch):
    os.truncate(path, 1 << 20)
    one = np.memmap(path, mode="r+")
    blob = stored(one)
    monkeypatch.setattr(files, "stop_asked", lambda: True)
    with pytest.raises(Stopped):
        stored(one)
    assert again(blob)[255] == 255


def test_the_file_need_not_be_writable_where_only_the_map_is(path):
    one = np.memmap(path, mode="c")
    one[5000:] = 1
    blob = stored(one[::2])
    path.chmod(0o400)
    back = again(blob)
    assert back.tolist() == one[::2].tolist() and back.flags.writeable and path.read_bytes() == bytes(range(256)) * 40


def test_what_a_private_map_holds_of_its_file_is_not_stored(path):
    os.truncate(path, 8 << 20)
    one = np.memmap(path, mode="c")
    one[100_000] = 1
    one[-1] = 2
    blob = stored(one)
    assert len(blob) < 4 * mmap.PAGESIZE and np.array_equal(again(blob), one)


def anonymous(path):
    return mmap.mmap(-1, 8)


def private(path):
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE)


def removed(path):
    mapped = np.memmap(path, mode="r")
    path.unlink()
    return mapped


@pytest.mark.parametrize("make, why", [(anonymous, "maps no file"), (private, "by access="), (removed, "has been removed")])
def test_what_cannot_be_mapped_again_is_refused(path, make, why):
    with pytest.raises(EncodeError, match=why):
        stored(make(path))
