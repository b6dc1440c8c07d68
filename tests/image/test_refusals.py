"""What cannot be imaged is named with its remedy, and neither that nor an image that is damaged costs the session anything."""
import pytest

from tests.image.conftest import ok

UNSAFE = "open('made', 'w').write('x')\n"
GENERATOR = UNSAFE + "numbers = (n for n in range(10)); next(numbers)"
BLOCKERS = {
    "terminal": ("import pty; master, slave = pty.openpty()", "is a terminal", "os.close(master); os.close(slave)"),
    "accepted socket": ("import socket; s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(s.getsockname()); peer, _ = s.accept()",
                        "was accepted on port", "peer.close(); c.close(); s.close()"),
}


@pytest.mark.parametrize("kind", list(BLOCKERS))
def test_a_blocker_is_named_and_the_kernel_goes_on(desk, kind):
    source, words, undo = BLOCKERS[kind]
    kernel = desk.open()
    ok(kernel, GENERATOR)
    ok(kernel, "import os\n" + source)
    answer = kernel.run("%checkpoint --system")
    assert answer.status == "error" and words in answer.error, answer.error
    plain = ok(kernel, "%checkpoint").text.replace("\n    ", " ")
    assert words in plain and "these will not come back" in plain
    assert ok(kernel, "next(numbers)").text == "[execute_result] 1\n"
    ok(kernel, undo)
    assert "with a system image" in ok(kernel, "%checkpoint --system").text
    assert ok(kernel, "next(numbers)").text == "[execute_result] 2\n"


def test_a_dump_that_criu_refuses_leaves_the_kernel_answering(desk):
    kernel = desk.open()
    ok(kernel, GENERATOR)
    # Shared memory of System V outside an IPC namespace of its own: what the preflight would name is hidden from it.
    ok(kernel, "import ctypes; libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p; segment = libc.shmget(0, 4096, 0o1600)\n"
               "where = libc.shmat(segment, None, 0)")
    ok(kernel, "import kernelferry._ferry as f; f.image_preflight = lambda own, route: []")
    answer = kernel.run("%checkpoint --system")
    assert answer.status == "error" and "CRIU could not take the image" in answer.error, answer.error
    assert ok(kernel, "next(numbers)").text == "[execute_result] 1\n"
    assert desk.images() == []
    ok(kernel, "libc.shmdt(ctypes.c_void_p(where)); libc.shmctl(segment, 0, None)")
    assert "with a system image" in ok(kernel, "%checkpoint --system").text


def truncate(folder):
    pages = next((folder / "images").glob("pages-*.img"))
    with open(pages, "r+b") as file:
        file.truncate(pages.stat().st_size // 2)


def flip(folder):
    pages = next((folder / "images").glob("pages-*.img"))
    with open(pages, "r+b") as file:
        file.seek(pages.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))


def lose(folder):
    next((folder / "images").glob("core-*.img")).unlink()


def cut_bundle(folder):
    with open(folder / "bundle", "r+b") as file:
        file.truncate(100)


@pytest.mark.parametrize("damage, words", [(truncate, "bytes long and was"), (flip, "holds other bytes than were written"), (lose, "is missing"),
                                           (cut_bundle, None)])
def test_a_damaged_image_is_refused_and_the_stored_form_comes_back(desk, damage, words):
    kernel = desk.open()
    ok(kernel, GENERATOR)
    ok(kernel, UNSAFE + "kept = [1, 2]; same = kept")
    desk.close(kernel)
    (image,) = desk.images()
    damage(desk.session / image)
    kernel = desk.open()
    answer = ok(kernel, "kept, same is kept")
    assert answer.outputs[-1][1] == "([1, 2], True)"
    text = answer.text.replace("\n    ", " ")
    assert "1 not: numbers" in text or "numbers (generator" in text
    if words:
        assert words in text
    report = kernel.magic("%session report")["report"]
    assert report["variables"]["numbers"]["way"] == "lost" and report["variables"]["kept"]["way"] == "stored"


def test_restart_is_clean_in_spite_of_an_image(desk):
    kernel = desk.open()
    ok(kernel, GENERATOR)
    ok(kernel, "%checkpoint")
    kernel.manager.shutdown_kernel(restart=True)
    kernel = desk.open()
    assert "NameError" in kernel.run("numbers").error


def test_without_criu_everything_else_works_and_the_plan_says_what_is_missing(desk):
    kernel = desk.open(FERRY_CRIU="off")
    ok(kernel, GENERATOR)
    told = kernel.magic("%checkpoint")
    assert told["variables"]["numbers"]["way"] == "lost"
    assert "switched off" in kernel.run("%checkpoint --system").error
    desk.close(kernel)
    assert desk.images() == []
