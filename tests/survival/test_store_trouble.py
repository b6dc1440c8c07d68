"""A store that is full, read-only or damaged: the session goes on, what was safe stays safe, and the user is told."""

import contextlib
import shutil
import subprocess
import time

import pytest

BIG = "import os; big = os.urandom(12 << 20)"


@pytest.fixture
def disk(notebook):
    """A small disk of its own for the store."""
    notebook.home.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", notebook.home], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a disk cannot be mounted here: {made.stderr.strip()}")
    yield Disk(notebook.home)
    for kernel in notebook.kernels:
        kernel.kill()
    subprocess.run(["umount", "-l", notebook.home], check=True)


class Disk:
    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"

    def fill(self):
        """To the last byte: not even the log has room."""
        with contextlib.suppress(OSError), open(self.ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self):
        self.ballast.unlink()

    def read_only(self, yes):
        subprocess.run(["mount", "-o", f"remount,{'ro' if yes else 'rw'}", self.folder], check=True)


def folder_state(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "ballast"}


# -- no room

def test_a_full_disk_costs_neither_the_session_nor_what_was_saved(notebook, disk):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    saved = first.control("ferry_save_request")
    assert saved["status"] == "ok"
    disk.fill()
    assert first.run("a.append(2); a", "cell-1").outputs == [("execute_result", "[1, 2]")]
    failed = first.magic("%checkpoint")
    assert failed["ok"] is False and failed["error"]["code"] == "full" and "FERRY_HOME" in failed["error"]["remedy"]
    deadline = time.monotonic() + 60
    while "is not being saved" not in first.run("a", "cell-2").text:  # idle time has to come first
        assert time.monotonic() < deadline
    assert "is not being saved" not in "".join(first.run("a", "cell-2").text for _ in range(20))
    assert [m["generation"] for m in first.magic("%session")["generations"]] == [saved["generation"]]

    disk.free()
    assert first.magic("%checkpoint")["ok"] is True
    first.kill()
    second = notebook.open()
    assert second.evaluate(["a"]) == ["[1, 2]"]
    assert second.run("1", "cell-0").execution_count > 3


def test_cells_that_ran_on_a_full_disk_are_recorded_once_there_is_room(notebook, disk):
    first = notebook.open(FERRY_SAVE="manual")
    first.run("a = [1]", "cell-0")
    first.run("%checkpoint", "cell-0")
    disk.fill()
    for number in range(2, 5):
        first.run(f"a.append({number})", "cell-1")
    disk.free()
    first.run("a.append(5)", "cell-1")
    first.kill()
    assert notebook.open().evaluate(["a"]) == ["[1, 2, 3, 4, 5]"]


def test_what_does_not_fit_is_told_with_its_size_and_the_rest_can_be_saved_later(notebook, disk):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    assert first.magic("%checkpoint")["ok"]
    first.run("import os; big = os.urandom(30 << 20)", "cell-1")
    failed = first.magic("%checkpoint")
    assert failed["error"]["code"] == "full" and "31.5 MB do not fit" in failed["error"]["what"]
    first.run("del big; a.append(2)", "cell-2")
    assert first.magic("%checkpoint")["ok"]
    first.suspend()
    assert notebook.open().evaluate(["a", "'big' in dir()"]) == ["[1, 2]", "False"]


def test_a_full_quota_is_told_with_what_is_biggest(notebook):
    first = notebook.open(FERRY_QUOTA="1M")
    first.run("a = [1]; small = bytes(range(256)) * 1000", "cell-0")
    assert first.magic("%checkpoint")["ok"]
    first.run("import os; big = os.urandom(2 << 20)", "cell-1")
    failed = first.magic("%checkpoint")
    assert failed["error"]["code"] == "full" and "quota of 1.0 MB" in failed["error"]["what"] and "small" in failed["error"]["what"]
    first.kill()
    assert notebook.open().evaluate(["a", "len(small)"]) == ["[1]", "256000"]


# -- no leave to write

def test_a_store_that_becomes_read_only_costs_neither_the_session_nor_what_was_saved(notebook, disk):
    first = notebook.open()
    first.run("a = [1]", "cell-0")
    assert first.magic("%checkpoint")["ok"]
    before = folder_state(notebook.home)
    first.kill()
    disk.read_only(True)
    second = notebook.open()
    shown = second.run("1 + 1", "cell-1")
    assert ("execute_result", "2") in shown.outputs
    assert "keeps nothing of this session" in shown.text and "Read-only file system" in shown.text and "FERRY_HOME" in shown.text
    assert second.run("1 + 1", "cell-1").outputs == [("execute_result", "2")]
    second.suspend()
    assert folder_state(notebook.home) == before
    disk.read_only(False)
    assert notebook.open().evaluate(["a"]) == ["[1]"]


# -- damage

def flip(path, at):
    """Turns one byte over; `at` as a fraction of the file."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 0xFF
    path.write_bytes(data)


UNSAFE = "open('written', 'w').close(); "  # before a cell: it is not run again


def saved(notebook, before=UNSAFE):
    """Two generations: the second has another `b`. before: the first statement of each cell that makes something."""
    first = notebook.open(FERRY_SAVE="manual")
    first.run(before + "a = list(range(1000)); b = 'first' * 1000", "cell-0")
    assert first.magic("%checkpoint")["ok"]
    first.run(before + "b = 'second' * 1000", "cell-1")
    first.magic("%checkpoint last")
    first.suspend()
    return notebook.session()


def blob_of(folder, text):
    (blob,) = [path for path in (folder / "blobs").rglob("*") if path.is_file() and text in path.read_bytes()]
    return blob


@pytest.mark.parametrize("at", [0.0, 0.5, 0.999])
def test_a_damaged_blob_is_refused_by_name_and_the_rest_comes_back(notebook, at):
    blob = blob_of(saved(notebook), b"secondsecond")
    flip(blob, at)
    second = notebook.open()
    shown = second.run("'b' in dir(), len(a)", "cell-2")
    assert "(False, 1000)" in shown.text and "1 not: b (" in shown.text
    entry = second.magic("%resume")["variables"]["b"]
    assert entry["way"] == "failed" and entry["code"] == "load-error" and blob.name in entry["reason"]


def test_what_a_damaged_blob_held_is_recomputed_where_that_is_safe(notebook):
    blob = blob_of(saved(notebook, before=""), b"secondsecond")
    flip(blob, 0.5)
    second = notebook.open()
    shown = second.run("b == 'second' * 1000, len(a)", "cell-2")
    assert "(True, 1000)" in shown.text and "2 of 2 variables back" in shown.text
    entry = second.magic("%resume")["variables"]["b"]
    assert (entry["way"], entry["verified"], entry["code"]) == ("replayed", True, "load-error") and blob.name in entry["reason"]


@pytest.mark.parametrize("at", [0.0, 0.5, 0.999])
def test_a_damaged_manifest_is_named_and_the_generation_before_it_comes_back(notebook, at):
    folder = saved(notebook, before="")
    newest = max(folder.glob("gen-*"))
    flip(newest, at)
    second = notebook.open()
    shown = second.run("b[:6], len(a)", "cell-2")
    assert "('second', 1000)" in shown.text, shown.text  # generation 1, and the cell behind it replayed
    assert newest.name in shown.text and "damaged" in shown.text


@pytest.mark.parametrize("at", [0.0, 0.3, 0.999])
def test_a_damaged_log_is_named_and_the_generation_comes_back(notebook, at):
    folder = saved(notebook)
    flip(folder / "log", at)
    second = notebook.open()
    shown = second.run("b[:6], len(a)", "cell-2")
    assert "('second', 1000)" in shown.text and "damaged" in shown.text, shown.text
    second.run("c = 3", "cell-2")
    second.suspend()
    assert notebook.open().evaluate(["c", "len(a)"]) == ["3", "1000"]


def test_without_its_blobs_a_session_comes_back_as_names_that_are_refused(notebook):
    folder = saved(notebook)
    shutil.rmtree(folder / "blobs")
    shown = notebook.open().run("1 + 1", "cell-2")
    assert "0 of 2 variables back" in shown.text and "a (" in shown.text and "b (" in shown.text
