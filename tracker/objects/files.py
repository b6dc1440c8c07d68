"""What files of `io` are made of: closed ones, those of a plain file that is open for reading or for writing, and text over bytes in memory.

A file that is open for reading is where it stands and which file it reads: its path, its size, and a digest of what is in it up to
256 KiB, above that the time of its last change. It is read through the session's own descriptor: closing another one would let go of locks.
What was read ahead must still be in the file, since it is read there again. One that is open for writing is what it will write, to which file:
nothing may have been written to that since.
TypeError says what cannot be seen, or would not come back.
"""
import codecs
import fcntl
import functools
import gc
import hashlib
import io
import os
import re
import stat
import sys

from kernelferry._ferry import Stopped, file_state, instance_memory, stop_asked
from kernelferry.objects.members import field, place_of

DIGESTED = 256 << 10  # bytes
_WITH_MARKS = ("utf-8-sig", "utf-16", "utf-32")  # at the beginning of a file
MOST = 64 << 20  # bytes, of a file that the session has mapped and may write to without its time of change telling


def raw_file(raw):
    """(mode, attributes, None, or path, identity and position of an open one)"""
    if type(raw) is not io.FileIO:
        raise TypeError(f"a {type(raw).__name__} may do what a file does not")
    if raw.closed:
        return raw.mode, attributes_of(raw), None
    appends = fcntl.fcntl(raw.fileno(), fcntl.F_GETFL) & os.O_APPEND
    if bool(appends) != raw.mode.startswith("a"):
        raise TypeError("its descriptor appends, or does not, otherwise than its mode says: open() with that mode")
    path, identity = file_of(raw.fileno(), written=raw.writable())
    return raw.mode, attributes_of(raw), (path, identity, raw.tell())


def attributes_of(file) -> dict:
    """Without that it is closed, which close() notes there."""
    return {name: value for name, value in vars(file).items() if name != "__IOBase_closed"}


def file_of(descriptor, mapped: bool = False, written: bool = False) -> tuple[str, tuple | str]:
    """(path, identity) of the plain file that is open there. mapped: what is written to it does not change its times. written: it may be
    open to write only, and must not have been changed by anybody."""
    path, now = os.readlink(f"/proc/self/fd/{descriptor}"), os.fstat(descriptor)
    if not stat.S_ISREG(now.st_mode):
        raise TypeError("it is no plain file")
    try:
        there = os.stat(path)
    except OSError:
        there = None
    if there is None or not os.path.samestat(there, now):
        raise TypeError("its file has been removed, or another stands in its place")
    if is_locked(descriptor):
        raise TypeError("the session holds a lock on its file, which would not come back: let go of it")
    if written:
        return path, file_state(path)
    return path, identity_of(descriptor, mapped and now.st_size > DIGESTED and is_written(path), gives_way=True)


def is_locked(descriptor) -> bool:
    with open(f"/proc/self/fdinfo/{descriptor}") as about:
        return any(line.startswith("lock:") for line in about)


def descriptors_of(path) -> list[int]:
    """Those that the session has of that file."""
    found, file = [], os.stat(path)
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            if os.path.samestat(os.fstat(number), file):
                found.append(number)
        except OSError:  # that of the listing itself
            pass
    return found


def is_written(path) -> bool:
    """The session holds a descriptor by which it can write to that file, as each map that it can write to does."""
    return any(fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY for number in descriptors_of(path))


def identity_of(descriptor, whole: bool = False, gives_way: bool = False) -> tuple:
    """Of what is in a file: the same where that is the same. whole: a digest of a large one, too. gives_way: Stopped where a request waits."""
    now = os.fstat(descriptor)
    if now.st_size > DIGESTED and not whole:
        return now.st_size, now.st_mtime_ns
    if now.st_size > MOST:
        raise TypeError("the session can write to that file of more than 64 MiB in a way that its time of change does not tell: map it to read only")
    digest, size = hashlib.blake2b(digest_size=16), 0
    while piece := os.pread(descriptor, DIGESTED, size):
        digest.update(piece)
        if gives_way and whole and stop_asked():
            raise Stopped()
        size += len(piece)
    return size, digest.digest()


def require(descriptor, path, identity):
    """ValueError if what is in the file that was opened is not what it was."""
    if type(identity) is str:
        if file_state(path) != identity:
            raise ValueError(f"the file {path} is not what it was: it was written to since")
        return
    size, mark = identity
    if os.fstat(descriptor).st_size != size or identity_of(descriptor, type(mark) is bytes) != identity:
        raise ValueError(f"the file {path} is not what it was")


def buffered(buffer):
    """(what it reads or writes, attributes, None, or size of the buffer and position of an open one)"""
    if buffer.closed:
        return buffer.raw, attributes_of(buffer), None
    if type(buffer) not in (io.BufferedReader, io.BufferedWriter) or type(buffer.raw) is not io.FileIO:
        raise TypeError("a file that is open both to read and to write" if type(buffer.raw) is io.FileIO else "it is no plain file")
    size = buffer.__sizeof__() - type(buffer).__basicsize__
    position = buffer.tell()
    if type(buffer) is io.BufferedWriter:
        if buffer.raw.tell() != position:
            raise TypeError("it was given what it has not written yet: flush it")
    elif buffer.raw.tell() > position:
        _require(buffer.peek(), buffer, position)
    return buffer.raw, attributes_of(buffer), (size, position)


def _require(read, buffer, position):
    """What was read ahead is what stands there."""
    if _bytes_at(buffer, position, position + len(read)) != read:
        raise TypeError("what it has read ahead has been overwritten: open it again")


def text(wrapper):
    """(what it reads or writes, what it is made with, attributes, newlines that it saw, None, or where an open one stands)"""
    if type(wrapper) is not io.TextIOWrapper:
        raise TypeError(f"a {type(wrapper).__name__} may do what a text file does not")
    memory, held = instance_memory(wrapper), gc.get_referents(wrapper)
    newline = None if field(memory, "=B", _places()["translates"]) else next(each for each in held[2:] if type(each) is str)
    made = (wrapper.encoding, wrapper.errors, newline, wrapper.line_buffering, wrapper.write_through)
    place = None if wrapper.closed else _place(wrapper, memory, held, newline)
    return wrapper.buffer, made, attributes_of(wrapper), wrapper.newlines, place


def _place(wrapper, memory, held, newline):
    """(what seek() takes: position, flags of the decoder, bytes to be read, letters to be passed over; how many next() takes then; whether
    tell() tells, which it does not after next()). Of one that only writes: (position, state of what encodes)"""
    if type(wrapper.buffer) is io.BufferedRandom:
        raise TypeError("a file that is open both to read and to write")
    if type(wrapper.buffer) not in (io.BytesIO, io.BufferedReader, io.BufferedWriter) or wrapper._CHUNK_SIZE != io.TextIOWrapper(io.BytesIO())._CHUNK_SIZE:
        raise TypeError("a text file over what is neither bytes in memory nor a plain file")
    places, position = _places(), wrapper.buffer.tell()
    if field(memory, "=q", places["pending"]):
        raise TypeError("text was written to it that it keeps: flush it")
    if type(wrapper.buffer) is io.BufferedWriter:
        if not position and codecs.lookup(wrapper.encoding).name in _WITH_MARKS:
            raise TypeError("whether it has written the mark of its encoding cannot be seen: write to it, and flush it")
        return position, encoder_of(wrapper).getstate()
    used, decoder = field(memory, "=q", places["used"]), decoder_of(wrapper)
    rest, flags = decoder.getstate() if decoder is not None else (b"", 0)
    if not field(memory, "=B", places["tells"]):
        strings = [each for each in held[2:] if type(each) is str]
        given = strings[-2] if len(strings) == 2 + (newline is not None) else ""
        if rest or flags:
            raise TypeError("a text file that next() has read up to within a letter: seek() to where it shall be")
        start, before, step = _by_next(wrapper, position, newline, given, used)
        return start | (position - start if before else 0) << 96 | before << 128, step, 0
    chunk = next((each for each in held if type(each) is tuple), None)
    if chunk is None:
        if rest:
            raise TypeError("a text file that stands within a letter: seek() to where it shall be")
        return position | flags << 64, 0, 1
    flags, fed = chunk
    if fed and not used:
        raise TypeError("a text file that has read on without giving it out: seek() to where it shall be")
    _require(fed, wrapper.buffer, position - len(fed))
    return position - len(fed) | flags << 64 | len(fed) << 96 | used << 128, 0, 1


def _by_next(wrapper, position, newline, text, used) -> tuple[int, int, int]:
    """From where next() takes the end of a line once more: (position, letters before that, letters that it takes)"""
    behind = max(0, position - 4 * len(text) - 4)
    data = _bytes_at(wrapper.buffer, behind, position)
    raw = codecs.decode(data, wrapper.encoding, "ignore")  # begins within a letter, perhaps
    step = len(newline or "\n") if text else 1  # none: the file ended within that line
    text, used = (text, used) if text else (raw, len(raw))
    before = min(1, used - step)
    end = text[used - step - before:]
    if newline is None:
        lines = re.split("(\r\n|\r|\n)", raw)
        count = 2 * end.count("\n")
        first = len(end.partition("\n")[0])
        raw = "".join(([lines[-count - 1][-first:]] if first else []) + lines[len(lines) - count:])
    else:
        raw = end
    read = codecs.encode(raw, wrapper.encoding, wrapper.errors)
    decoder = codecs.getincrementaldecoder(wrapper.encoding)(wrapper.errors)
    decoder = decoder if newline in ("\n", "\r", "\r\n") else io.IncrementalNewlineDecoder(decoder, newline is None)
    if before < 0 or not data.endswith(read) or decoder.decode(read) != end:
        raise TypeError("a text file that next() has read: seek() to where it shall be")
    return position - len(read), before, step


def _bytes_at(buffer, start, end) -> bytes:
    return buffer.getvalue()[start:end] if type(buffer) is io.BytesIO else os.pread(buffer.fileno(), end - start, start)


def encoder_of(wrapper):
    """What makes bytes of text."""
    return next(each for each in gc.get_referents(wrapper) if hasattr(type(each), "getstate") and hasattr(type(each), "encode"))


def decoder_of(wrapper):
    """What makes text of bytes, or None where it cannot read."""
    return next((each for each in gc.get_referents(wrapper) if hasattr(type(each), "getstate") and hasattr(type(each), "decode")), None)


@functools.cache
def _places() -> dict[str, int]:
    """Where in a text file stand: how much of what it has read it gave out, how many bytes it was given to write and keeps, whether
    tell() tells, and whether it makes one kind of newlines of all."""
    used, pending, tells, translates = [], [], [], []
    for number in range(3):
        reading, writing = io.TextIOWrapper(io.BytesIO(b"abcdefg\nhij\nklm\nn\n" * 2)), io.TextIOWrapper(io.BytesIO())
        for count in (0, 3 + number, 2, 1 + number):
            reading.read(count)
            used.append((instance_memory(reading), used[-1][1] * bool(count) + count if used else count))
        for count in (0, 3 + number, 5):
            writing.write("x" * count)
            pending.append((instance_memory(writing), pending[-1][1] * bool(count) + count if pending else count))
        lines = io.TextIOWrapper(io.BytesIO(b"a\nb\n"))
        for done, expected in ((lambda: None, 1), (lambda: next(lines), 0), (lambda: list(lines), 1), (lambda: lines.seek(0), 1), (lambda: next(lines), 0)):
            done()
            tells.append((instance_memory(lines), expected))
        for newline in (None, "", "\n", None, "\r", "\r\n"):
            translates.append((instance_memory(io.TextIOWrapper(io.BytesIO(), newline=newline)), newline is None))
    return {"used": place_of(used, "=q"), "pending": place_of(pending, "=q"), "tells": place_of(tells, "=B"), "translates": place_of(translates, "=B")}


def reader(rows):
    """A reader of csv: (dialect, what it reads, how many lines)"""
    return rows.dialect, next(each for each in gc.get_referents(rows) if each is not rows.dialect and each is not type(rows)), rows.line_num


def writer(rows):
    """A writer of csv: (dialect, the function that it writes with)"""
    kept = rows.dialect, type(rows), sys.modules["_csv"].Error
    return rows.dialect, next(each for each in gc.get_referents(rows) if not any(each is other for other in kept))


DIALECT = ("delimiter", "quotechar", "escapechar", "doublequote", "skipinitialspace", "lineterminator", "quoting", "strict")


def dialect(how):
    return [getattr(how, name) for name in DIALECT]
