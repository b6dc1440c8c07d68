"""The store as Python sees it: records, generations and blobs come back as they were put, errors as FerryError."""

import gc
import os
import subprocess
import sys

import pytest

from kernelferry import _ferry


@pytest.fixture
def store(tmp_path):
    return _ferry.Store.open(str(tmp_path / "ferry"))


def test_a_session_comes_back(store):
    sid = store.create({"name": "demo", "hash_seed": 7})
    with store.write(sid) as writer:
        writer.append(_ferry.CellRecord(execution=1, source="x = 1", status="started"))
        drew = _ferry.GeneratorState(generator="random", before=b"\x80\x05\xff")
        effect = _ferry.Effect(kind="file-write", detail="/tmp/é", unsafe=True)
        writer.append(_ferry.CellRecord(execution=1, source="x = 1", writes=["x"], drew=[drew], effects=[effect]))
        state = _ferry.ComponentState(names=["x"], fingerprint="0f" * 16, transparent=True)
        writer.append(_ferry.ChangeRecord(since=0, after=1, changed=[state], gone=[["y", "z"]]))
        writer.sync(now=True)
        digest, size = writer.put_blob([b"head", memoryview(b"body"), bytearray(300_000)])
        assert size == 300_008
        entry = _ferry.ComponentEntry(key=["x"], names=["x"], way="stored", code="fits", blob=digest, bytes=size,
                                      fingerprint="0f" * 16, types={"x": "int"}, exports=[2**40])
        manifest = _ferry.Manifest(executions=1, components=[entry], packages={"numpy": "2.0"}, life=1, next_pid=18)
        manifest.process = [_ferry.ProcessItem(name="cwd", blob=digest, summary="/tmp")]
        assert writer.commit(manifest) == 1
        writer.set(state="suspended", name=None)
        assert writer.info()["state"] == "suspended"

    reader = store.read(sid)
    started, cell, change = reader.records()
    assert (started.status, cell.status, cell.writes) == ("started", "ok", ["x"])
    assert cell.drew[0].before == b"\x80\x05\xff"
    assert (cell.effects[0].detail, cell.effects[0].unsafe) == ("/tmp/é", True)
    assert (change.changed[0].fingerprint, change.gone) == ("0f" * 16, [["y", "z"]])
    (generation,) = reader.generations()
    (component,) = generation.components
    assert (component.types, component.exports, generation.packages) == ({"x": "int"}, [2**40], {"numpy": "2.0"})
    assert generation.bytes == 300_008 + 80
    blob = memoryview(reader.blob(component.blob))
    gc.collect()
    assert blob.readonly and blob.tobytes() == b"headbody" + bytes(300_000)
    assert reader.damage() == []
    assert "name" not in reader.info() and reader.info()["hash_seed"] == 7


def test_unknown_fields_and_values_are_refused():
    with pytest.raises(AttributeError):
        _ferry.CellRecord(executoin=1)
    with pytest.raises(ValueError, match="status is ok"):
        _ferry.CellRecord(status="fine")
    with pytest.raises(ValueError, match="32 hex digits"):
        _ferry.ComponentEntry(blob="abc")


def test_errors_have_code_what_and_remedy(store):
    with pytest.raises(_ferry.FerryError) as caught:
        store.read("0123456789abcdef")
    assert caught.value.code == "not-found"
    assert caught.value.what == "there is no session 0123456789abcdef"
    assert "jupyter ferry list" in caught.value.remedy
    assert str(caught.value) == f"{caught.value.what}; {caught.value.remedy}"


def test_one_writer_and_its_successor(store):
    sid = store.create({})
    writer = store.write(sid)
    with pytest.raises(_ferry.FerryError, match=f"in use by pid {os.getpid()} on ") as caught:
        store.write(sid)
    assert caught.value.code == "refused"
    assert store.sessions()[0]["locked"]
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.sync()
    assert not store.sessions()[0]["locked"]
    store.write(sid).close()


def test_a_child_adopts_the_lock(store):
    sid = store.create({})
    writer = store.write(sid)
    lock = os.dup(writer.lock_fd)
    os.set_inheritable(lock, True)
    code = (
        "import sys; from kernelferry import _ferry\n"
        f"w = _ferry.Store.open({store.home!r}).write({sid!r}, lock_fd=int(sys.argv[1]))\n"
        "print('adopted', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(lock)], pass_fds=[lock], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "adopted\n"
    writer.close()
    os.close(lock)
    with pytest.raises(_ferry.FerryError, match=f"in use by pid {child.pid} on"):
        store.write(sid)
    child.stdin.close()
    assert child.wait() == 0
    store.write(sid).close()


def test_a_forked_child_does_not_keep_the_lock(store):
    sid = store.create({})
    writer = store.write(sid)
    read, write = os.pipe()
    alive, lives = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(write)
        os.write(lives, b"x")
        os.read(read, 1)  # lives on until the parent is done
        os._exit(0)
    try:
        assert os.read(alive, 1)  # before it ran it could not give anything up
        writer.close()
        store.write(sid).close()
    finally:
        os.close(write)
        os.waitpid(pid, 0)


def test_a_stopped_save_leaves_nothing(store):
    sid = store.create({})
    with store.write(sid) as writer:
        read, write = os.pipe()
        os.write(write, b"x")  # a request waits
        _ferry.watch_stop(0, read)
        try:
            with pytest.raises(_ferry.Stopped):
                writer.put_blob([bytes(64 * 256 * 1024)])
        finally:
            _ferry.watch_stop(0, -1)
        assert os.listdir(f"{writer.folder}/blobs") == []
        digest, _ = writer.put_blob([b"again"])
        assert memoryview(store.read(sid).blob(digest)) == b"again"


def test_a_chunk_that_is_no_buffer_is_a_type_error(store):
    with store.write(store.create({})) as writer, pytest.raises(TypeError):
        writer.put_blob([b"good", "text"])
