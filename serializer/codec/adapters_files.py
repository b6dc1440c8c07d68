"""Files of `io` and what csv reads and writes by. What is open is opened again where the file is the same, and put where it stood. What is
closed must first be open, since files are made over open ones: over nothing, and decode() closes it at its end.
"""
import codecs
import fcntl
import functools
import importlib
import io
import os

from kernelferry import codec
from kernelferry._ferry import Unguarded, set_member
from kernelferry.objects import files

to_close = []  # what was closed; decode() does it


def reduce_raw(encoding, raw):
    mode, attributes, place = files.raw_file(raw)
    if not raw.closefd:
        raise TypeError("a file that leaves its descriptor to others")
    return make_raw, (mode, place), attributes, None, None, set_attributes if raw.closed else set_raw


def make_raw(mode, place):
    if place is None:
        with Unguarded():
            to_close.append(io.FileIO("", mode, opener=lambda name, flags: os.open(os.devnull, os.O_RDWR)))
        return to_close[-1]
    path, identity, position = place
    if mode != "rb" and files.is_written(path):
        raise ValueError(f"the session has the file {path} open for writing: close it there")
    with Unguarded() as guarded:
        raw = io.FileIO(path, mode, opener=functools.partial(_open_as_it_is, guarded))
    try:
        files.require(raw.fileno(), path, identity)
    except ValueError:
        raw.close()
        raise
    raw.seek(position)
    if mode != "rb":
        codec.opened.add(raw)
    return raw


def _open_as_it_is(guarded, path, flags) -> int:
    """guarded: where nothing may be written, nothing can be."""
    return os.open(path, flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC | (os.O_ACCMODE if guarded else 0)))


def set_raw(raw, attributes):
    """One that was made over a descriptor (`os.fdopen`) has its number for a name, and cells have it, too."""
    name = attributes.get("name")
    if type(name) is int and name != raw.fileno():
        position, number = raw.tell(), fcntl.fcntl(raw.fileno(), fcntl.F_DUPFD_CLOEXEC, name)
        if number != name:
            os.close(number)
            raise ValueError(f"it was made over the descriptor {name}, which is another file's here: open the file by its name")
        raw.__init__(name, raw.mode)  # lets go of the other
        raw.seek(position)
    set_attributes(raw, attributes)


def set_attributes(file, attributes):
    vars(file).clear()
    vars(file).update(attributes)


def reduce_buffered(encoding, buffer):
    raw, attributes, place = files.buffered(buffer)
    return make_buffered, (type(buffer), raw, place), attributes, None, None, set_attributes


def make_buffered(cls, raw, place):
    if place is None:
        to_close.append(cls(raw))
        return to_close[-1]
    size, position = place
    buffer, ahead = cls(raw, size), raw.tell()
    if cls is not io.BufferedWriter:
        _put(buffer, size, position, ahead)
    return buffer


def _put(buffer, size, position, ahead):
    """Where it stands, having read as far ahead from what it reads."""
    buffer.seek(0, io.SEEK_END)  # forgets what it has read
    if ahead > position:
        buffer.seek(max(0, ahead - size))
        buffer.peek()
    buffer.seek(position)


def reduce_text(encoding, wrapper):
    buffer, made, attributes, newlines, place = files.text(wrapper)
    return make_text, (buffer, made, newlines, place), attributes, None, None, set_attributes


def make_text(buffer, made, newlines, place):
    name, errors, newline, line_buffering, write_through = made
    wrapper = io.TextIOWrapper(io.BytesIO() if buffer.closed else buffer, name, errors, newline, line_buffering, write_through)
    if buffer.closed:  # of a kind that is closed from the beginning
        set_member(wrapper, "buffer", buffer)
    elif place is None:
        to_close.append(wrapper)
    elif type(buffer) is io.BufferedWriter:
        files.encoder_of(wrapper).setstate(place[1])
    else:
        cookie, step, _ = place
        ahead = buffer.raw.tell() if type(buffer) is io.BufferedReader else None
        wrapper.seek(cookie)
        if step:
            next(wrapper)
        if ahead is not None:
            _put(buffer, files.buffered(buffer)[2][0], buffer.tell(), ahead)
    _see(files.decoder_of(wrapper), name, newlines)
    if wrapper.newlines != newlines or place is not None and files.text(wrapper)[-1] != place:
        raise ValueError("a text file does not stand where it did")
    return wrapper


def reduce_memory(encoding, stream):
    """One that is closed has let go of what was in it."""
    if not stream.closed or type(stream) not in (io.BytesIO, io.StringIO):
        return NotImplemented
    return make_memory, (type(stream),), files.attributes_of(stream), None, None, set_attributes


def make_memory(cls):
    to_close.append(cls())
    return to_close[-1]


def reduce_gzip(encoding, file):
    """One that is closed and was written keeps what compressed it, and uses it no more."""
    attributes = dict(vars(file))
    if not file.closed or attributes.pop("compress", None) is None or type(file) is not importlib.import_module("gzip").GzipFile:
        return NotImplemented
    return make_gzip, (), attributes, None, None, set_gzip


def make_gzip():
    cls = importlib.import_module("gzip").GzipFile
    return cls.__new__(cls)


def set_gzip(file, attributes):
    vars(file).update(attributes, compress=importlib.import_module("zlib").compressobj())


def _see(decoder, name, newlines):
    """Lets it have seen these kinds of newlines."""
    if newlines and decoder is not None:
        state = decoder.getstate()
        for newline in (newlines,) if isinstance(newlines, str) else newlines:
            decoder.decode(codecs.encode(newline, name), True)
        decoder.setstate(state)


def reduce_closer(encoding, closer):
    """What a resume makes and lets go of again would take the session's file with it."""
    if closer.delete and not closer.close_called:
        raise TypeError("a temporary file that is removed when it is let go of: make it with delete=False")
    return NotImplemented


def reduce_reader(encoding, rows):
    return make_reader, files.reader(rows)


def make_reader(dialect, lines, count):
    rows = importlib.import_module("csv").reader(lines, dialect)
    set_member(rows, "line_num", count)
    return rows


def reduce_writer(encoding, rows):
    return make_writer, files.writer(rows)


class _Target:
    """What a writer of csv asks for its function."""


def make_writer(dialect, write):
    target = _Target()
    target.write = write
    return importlib.import_module("csv").writer(target, dialect)


def reduce_dialect(encoding, dialect):
    return make_dialect, tuple(files.dialect(dialect))


def make_dialect(*values):
    return importlib.import_module("_csv").Dialect(**dict(zip(files.DIALECT, values)))


ADAPTERS = {
    "_io.FileIO": reduce_raw,
    **dict.fromkeys(("_io.BufferedReader", "_io.BufferedWriter", "_io.BufferedRandom"), reduce_buffered),
    "_io.TextIOWrapper": reduce_text,
    **dict.fromkeys(("_io.BytesIO", "_io.StringIO"), reduce_memory),
    "gzip.GzipFile": reduce_gzip,
    "tempfile._TemporaryFileCloser": reduce_closer,
    "_csv.reader": reduce_reader,
    "_csv.writer": reduce_writer,
    "_csv.Dialect": reduce_dialect,
}
