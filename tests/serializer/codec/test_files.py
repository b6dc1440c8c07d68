"""Files that are open for writing are opened again without a change to what is in them, or not at all."""
import os
import tempfile

import pytest

from kernelferry.codec import DecodeError, EncodeError, decode, encode

SPACE = {"__name__": "__main__"}


def stored(value):
    return b"".join(encode({"f": value}, {}, {}, SPACE).chunks)


def again(blob):
    return decode(blob, None, SPACE).values["f"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le", "iso2022_jp", "cp1252", "utf-7"])
@pytest.mark.parametrize("mode", ["w", "a", "x"])
def test_text_goes_on_within_its_encoding(tmp_path, mode, encoding):
    text = "abc" if encoding == "cp1252" else "日本"
    for name in ("left", "whole"):
        file = open(tmp_path / name, mode, encoding=encoding)
        file.write(text)
        file.flush()
        if name == "left":
            blob = stored(file)
            file.close()
            before = os.stat(tmp_path / name)
            file = again(blob)
            after = os.stat(tmp_path / name)
            assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and file.mode == mode
        file.write(text)
        file.close()
    assert (tmp_path / "left").read_bytes() == (tmp_path / "whole").read_bytes()


def written(path, how="w", **options):
    file = open(path, how, **options)
    file.write("one\n" if "b" not in how else b"one\n")
    return file


@pytest.mark.parametrize("make, why", [
    (written, "flush it"),
    (lambda path: written(path, "wb"), "flush it"),
    (lambda path: open(path, "w", encoding="utf-16"), "the mark of its encoding"),
    (lambda path: open(path, "w+"), "both to read and to write"),
    (lambda path: open(path, "wb", opener=lambda name, flags: os.open(os.devnull, flags)), "no plain file"),
    (lambda path: open(path, "w", opener=lambda name, flags: os.open(name, flags | os.O_APPEND)), "appends"),
    (lambda path: open(path, "a", opener=lambda name, flags: os.open(name, flags & ~os.O_APPEND)), "appends"),
])
def test_what_would_not_go_on_as_it_stands_is_refused(tmp_path, make, why):
    file = make(tmp_path / "f")
    with pytest.raises(EncodeError, match=why):
        stored(file)
    file.close()


@pytest.mark.parametrize("change, why", [
    (os.remove, "No such file"),
    (lambda path: path.write_bytes(path.read_bytes() + b"more"), "written to since"),
    (lambda path: os.utime(path, ns=(0, 0)), "written to since"),
    (lambda path: os.truncate(path, 0), "written to since"),
])
def test_a_file_that_was_written_to_since_is_named_and_stays_as_it_is(tmp_path, change, why):
    with open(tmp_path / "f", "w", buffering=1) as file:
        print("one", file=file)
        blob = stored(file)
    change(tmp_path / "f")
    content = (tmp_path / "f").read_bytes() if (tmp_path / "f").exists() else None
    with pytest.raises(DecodeError, match=why):
        again(blob)
    assert content == ((tmp_path / "f").read_bytes() if (tmp_path / "f").exists() else None)


@pytest.mark.parametrize("flags, mode", [(os.O_RDONLY, "r"), (os.O_WRONLY, "w"), (os.O_WRONLY | os.O_APPEND, "a"), (os.O_RDWR, "rb+")])
def test_a_file_over_a_descriptor_has_its_number_again(tmp_path, flags, mode):
    (tmp_path / "f").write_text("some text")
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(9)]
    file = os.fdopen(os.open(tmp_path / "f", flags), mode, **({"buffering": 0} if "b" in mode else {}))
    file.seek(3)
    number, blob = file.fileno(), stored(file)
    file.close()
    for each in others:
        os.close(each)
    file = again(blob)
    assert (file.name, file.fileno(), file.tell(), os.lseek(number, 0, os.SEEK_CUR)) == (number, number, 3, 3)
    assert not os.get_inheritable(number)
    file.close()
    with pytest.raises(OSError):
        os.fstat(number)
    taken = os.open(os.devnull, os.O_RDONLY)
    os.dup2(taken, number)
    with pytest.raises(DecodeError, match="another file's here"):
        again(blob)
    os.close(number)
    os.close(taken)


def test_a_temporary_file_that_goes_with_its_object_is_refused(tmp_path):
    with tempfile.NamedTemporaryFile("w", dir=tmp_path) as file, pytest.raises(EncodeError, match="delete=False"):
        stored(file)
    assert again(stored(file)).closed
    with tempfile.NamedTemporaryFile("w", dir=tmp_path, delete=False) as file:
        blob = stored(file)
    with again(blob) as back:
        assert back.name == file.name


def test_a_file_that_the_session_has_open_to_write_already_is_not_opened_once_more(tmp_path):
    with open(tmp_path / "f", "a", buffering=1) as file:
        print("one", file=file)
        blob = stored(file)
        with pytest.raises(DecodeError, match="open for writing: close it"):
            again(blob)
    again(blob).close()
