"""What cannot be encoded is named: type, path, words of the exception; corrupt blobs end in DecodeError, nothing else."""
import asyncio
import fcntl
import gc
import io
import os
import random
import sqlite3
import sys
import threading
import weakref

import pytest

from kernelferry.codec import DecodeError, EncodeError, decode, encode

SPACE = {"__name__": "__main__"}


class Holder:
    def __init__(self, value):
        self.attr = value


class Unwilling:
    def __getstate__(self):
        raise RuntimeError("not me")


def numbers():
    yield 1


async def later():
    pass


def blob(values, exports=None, needs=None):
    return b"".join(encode(values, exports or {}, needs or {}, SPACE).chunks)


def taken(lock):
    lock.acquire()
    return lock


def running():
    thread = threading.Thread(target=threading.Event().wait, daemon=True)
    thread.start()
    return thread


class Own(threading.local):
    pass


def closure(value):
    return lambda: value


def database(*statements, then=None):
    con = sqlite3.connect(":memory:")
    for statement in statements:
        con.execute(statement)
    return con if then is None else (then(con), con)[1]


FAILURES = [
    ("g", lambda tmp: numbers(), "generator", "g"),
    ("con", lambda tmp: database("create table t (x)", "insert into t values (1)"), "sqlite3.Connection", "con"),
    ("temporary", lambda tmp: database("create temporary table t (x)"), "sqlite3.Connection", "temporary"),
    ("two", lambda tmp: database("attach ':memory:' as other"), "sqlite3.Connection", "two"),
    ("shared", lambda tmp: sqlite3.connect("file::memory:?cache=shared", uri=True), "sqlite3.Connection", "shared"),
    ("called", lambda tmp: database(then=lambda con: con.create_function("count", 0, lambda: 1 / 0)), "sqlite3.Connection", "called"),
    ("traced", lambda tmp: database(then=lambda con: con.set_trace_callback(lambda statement: 1 / 0)), "sqlite3.Connection", "traced"),
    ("rows", lambda tmp: database("create table t (x)").execute("select * from sqlite_master"), "sqlite3.Cursor", "rows"),
    ("obj", lambda tmp: Holder([0, 1, 2, numbers()]), "generator", "obj.attr[3]"),
    ("d", lambda tmp: {"k": (1, {2: numbers()})}, "generator", "d['k'][1][2]"),
    ("lock", lambda tmp: taken(threading.Lock()), "_thread.lock", "lock"),
    ("again", lambda tmp: [taken(threading.RLock())], "_thread.RLock", "again[0]"),
    ("thread", lambda tmp: running(), "_thread.lock", "thread."),
    ("f", lambda tmp: open(tmp / "f", "w+"), "_io.TextIOWrapper", "f"),
    ("frame", lambda tmp: [sys._getframe()], "frame", "frame[0]"),
    ("u", lambda tmp: [Unwilling()], "Unwilling", "u[0]"),
    ("fn", lambda tmp: closure(numbers()), "generator", "fn.value"),
    ("hash", lambda tmp: __import__("hashlib").md5(), "_hashlib.HASH", "hash"),
    ("sock", lambda tmp: __import__("socket").socket(), "socket.socket", "sock"),
    ("tls", lambda tmp: Own(), "Own", "tls"),
    ("child", lambda tmp: __import__("subprocess").Popen(["true"]), "subprocess.Popen", "child"),
    ("map", lambda tmp: __import__("mmap").mmap(-1, 8), "mmap.mmap", "map"),
    ("part", lambda tmp: __import__("numpy").frombuffer(__import__("mmap").mmap(-1, 8), "u1")[1:], "mmap.mmap", "part"),
    ("ref", lambda tmp: __import__("weakref").ref(KEPT), "weakref.ReferenceType", "ref"),
]
KEPT = Holder(1)


@pytest.mark.parametrize("name, make, type_name, path", FAILURES, ids=[row[0] for row in FAILURES])
def test_named_with_type_and_path(tmp_path, name, make, type_name, path):
    with pytest.raises(EncodeError) as caught:
        blob({"a": 1, name: make(tmp_path)})
    assert caught.value.type_name.endswith(type_name)
    assert caught.value.path.startswith(path)
    assert caught.value.path in str(caught.value) and "cannot be stored" in str(caught.value)


def test_coroutine_is_named():
    waiting = later()
    with pytest.raises(EncodeError, match="c: coroutine cannot be stored"):
        blob({"c": waiting})
    waiting.close()


def test_futures_that_are_not_done_or_still_call_are_named():
    loop = asyncio.new_event_loop()
    try:
        pending, called = loop.create_future(), loop.create_future()
        called.add_done_callback(print)
        called.set_result(1)
        with pytest.raises(EncodeError, match="p: _asyncio.Future cannot be stored"):
            blob({"p": pending})
        with pytest.raises(EncodeError, match="c: _asyncio.Future cannot be stored .TypeError: its callbacks have not run yet"):
            blob({"c": called})
    finally:
        loop.close()


def test_too_deep_is_an_error_not_a_crash():
    chain = None
    for _ in range(1_000_000):
        chain = [chain]
    with pytest.raises(EncodeError, match="RecursionError"):
        blob({"chain": chain})
    while chain:
        chain = chain[0]


def test_recursion_limit_is_left_as_it_was():
    chain = []
    for _ in range(5000):
        chain = [chain]
    limit = sys.getrecursionlimit()
    values = decode(blob({"chain": chain}), None, SPACE).values
    assert sys.getrecursionlimit() == limit
    depth, chain = 0, values["chain"]
    while chain:
        depth, chain = depth + 1, chain[0]
    assert depth == 5000


def test_identity_across_components():
    sentinel, nan = ("sentinel", 1), float("nan")
    first = blob({"a": [sentinel]}, exports={7: sentinel, 8: nan})
    second = blob({"b": {"k": sentinel, "n": nan}, "l": [nan]}, needs={7: sentinel, 8: nan})
    asked = []
    home = decode(first, None, SPACE)
    away = decode(second, lambda pid: asked.append(pid) or home.exports[pid], SPACE)
    assert home.values["a"][0] is home.exports[7] is away.values["b"]["k"]
    assert away.values["l"][0] is home.exports[8] is away.values["b"]["n"]
    assert away.exports == {} and sorted(asked) == [7, 8]


def test_class_of_another_component():
    space = {"__name__": "__main__"}
    exec("class A:\n  def f(self): return k\nk = 5\na = A()", space)
    cls, instance = space["A"], space["a"]
    home = b"".join(encode({"A": cls}, {3: cls}, {}, space).chunks)
    away = b"".join(encode({"a": instance}, {}, {3: cls}, space).chunks)
    decoded = decode(home, None, space)
    again = decode(away, decoded.exports.__getitem__, space).values["a"]
    assert type(again) is decoded.values["A"] is decoded.exports[3] is not cls
    assert again.f() == 5 and type(again).f.__globals__ is space


def test_what_cannot_be_resolved_is_named():
    shared = (1, 2, 3)
    with pytest.raises(DecodeError, match="b: cannot be loaded .*gone"):
        decode(blob({"b": [shared]}, needs={4: shared}), {}.get("x", _gone), SPACE)


def _gone(pid):
    raise LookupError("gone")


def test_altered_blobs_end_in_decode_errors():
    np = pytest.importorskip("numpy")
    whole = blob({"a": np.arange(3000), "b": {"k": [1.5, "x" * 40]}, "c": Holder((1, 2))})
    for length in range(0, len(whole), 97):
        with pytest.raises(DecodeError):
            decode(whole[:length], None, SPACE)
    chance = random.Random(5)
    for _ in range(300):
        altered = bytearray(whole)
        altered[chance.randrange(12)] ^= 1 << chance.randrange(8)  # the head; the store's checksum guards the rest
        try:
            decode(altered, None, SPACE)
        except DecodeError:
            pass


def test_decoded_memory_is_its_own():
    np = pytest.importorskip("numpy")
    whole = bytearray(blob({"a": np.arange(5000)}))
    values = decode(memoryview(whole), None, SPACE).values
    whole[:] = bytes(len(whole))
    assert values["a"].sum() == 4999 * 2500
    values["a"][0] = 9


def test_buffers_are_aligned():
    np = pytest.importorskip("numpy")
    array = np.full(5000, 0x1122334455667788)
    whole = blob({"a": array, "b": np.ones(7001, np.uint8)})
    assert whole.index(array.tobytes()) % 64 == 0


@pytest.mark.parametrize("part", [1, taken(threading.Lock()), "a weak reference"], ids=["encoded", "refused", "weakly held"])
def test_encoding_keeps_nothing_alive(part):
    """Neither what was encoded nor what was refused, and no collection is needed to set it free."""
    holder = Holder(part)
    reference = weakref.ref(holder)
    values = {"r": reference} if part == "a weak reference" else {"holder": holder}
    gc.disable()
    try:
        try:
            encode(values, {}, {}, SPACE)
        except EncodeError as error:
            assert str(error)
        del holder, values
        assert reference() is None
    finally:
        gc.enable()


def test_a_database_that_was_altered_on_the_disk_is_an_error():
    con = database("create table t (x)")
    data = bytearray(blob({"con": con}))
    at = bytes(data).index(b"SQLite format 3")
    for place in (at, at + 16, at + 100):
        altered = data[:]
        altered[place] ^= 0xFF
        with pytest.raises(DecodeError):
            decode(bytes(altered), None, SPACE)


@pytest.mark.parametrize("size", [9, 300_000])
def test_a_file_that_was_open_for_reading_and_has_changed_is_an_error(tmp_path, size):
    path = tmp_path / "f"
    path.write_bytes(b"x" * size)
    with open(path) as file, open(path, "rb") as other:
        file.read(3)
        data = blob({"file": file, "other": other})
    values = decode(data, None, SPACE).values
    assert values["file"].read() == "x" * (size - 3) and not values["other"].closed
    for each in values.values():
        each.close()
    path.write_bytes(b"y" * size)
    os.utime(path, ns=(1, 1))
    with pytest.raises(DecodeError, match="is not what it was"):
        decode(data, None, SPACE)
    path.unlink()
    with pytest.raises(DecodeError, match="FileNotFoundError"):
        decode(data, None, SPACE)


def test_text_that_a_file_keeps_is_not_lost():
    file = io.TextIOWrapper(io.BytesIO())
    file.write("not yet")
    with pytest.raises(EncodeError, match="flush it"):
        blob({"file": file})
    assert file.buffer.getvalue() == b""


@pytest.mark.parametrize("mode", ["r", "rb"])
def test_what_a_file_has_read_ahead_and_no_longer_holds_is_not_lost(tmp_path, mode):
    path = tmp_path / "f"
    path.write_bytes(b"old1\nold2\nold3\n")
    with open(path, mode) as file, open(path, "r+b") as other:
        first = file.readline()
        other.write(b"new1\nnew2\nnew3\n")
        other.flush()
        with pytest.raises(EncodeError, match="overwritten"):
            blob({"file": file})
        assert [first, *file] == (["old1\n", "old2\n", "old3\n"] if mode == "r" else [b"old1\n", b"old2\n", b"old3\n"])
        blob({"file": file})


def test_a_file_that_the_session_holds_a_lock_on_is_named(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x")
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        with pytest.raises(EncodeError, match="a lock"):
            blob({"file": file})
        fcntl.flock(file, fcntl.LOCK_UN)
        blob({"file": file})
