"""What cannot be imaged is named with its remedy, and neither that nor an image that is damaged costs the session anything."""
import socket

import pytest

from tests.image.conftest import ok

UNSAFE = "open('made', 'w').write('x')\n"
GENERATOR = UNSAFE + "numbers = (n for n in range(100)); next(numbers)"
# What is opened, what the refusal says of it and what to do, and what closes it again.
BLOCKERS = {
    "terminal": ("import pty; master, slave = pty.openpty()", "is a terminal", "pexpect", "os.close(master); os.close(slave)"),
    "accepted socket": ("import socket; s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(s.getsockname()); peer, _ = s.accept()",
                        "was accepted on port", "close it before", "peer.close(); c.close(); s.close()"),
    "unix socket": ("import socket; u = socket.socket(socket.AF_UNIX); u.connect(os.environ['ELSEWHERE'])", "connected to another program",
                    "connect again afterwards", "u.close()"),
    "datagrams": ("import socket; d = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); d.bind(('127.0.0.1', 0)); d.sendto(b'x', d.getsockname())",
                  "were not read", "read them before", "d.close()"),
    "log": ("import subprocess, sys; child = subprocess.Popen(['sleep', '1000'], stdout=sys.stdout)", "is the kernel's own engine.log",
            "without stdout=sys.stdout", "child.kill(); child.wait()"),
    "pipe": ("import subprocess; left = subprocess.Popen('sleep 1000 & echo $!', shell=True, stdout=subprocess.PIPE); number = int(left.stdout.readline()); left.wait()",
             "(sleep), which is no child of this kernel", "close the pipe", "os.kill(number, 9); left.stdout.close()"),
    "io_uring": ("ring = system(425, 4, ctypes.create_string_buffer(120))", "is an io_uring", "close it before", "os.close(ring)"),
    "userfaultfd": ("fault = system(323, 1)", "is a userfaultfd", "close it before", "os.close(fault)"),
    "debugger": ("import subprocess, sys; tracer = subprocess.Popen([sys.executable, '-c', 'import ctypes, sys; '\n"
                 "    'print(ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), None, None), flush=True); sys.stdin.read()', str(os.getpid())],\n"
                 "    stdin=subprocess.PIPE, stdout=subprocess.PIPE); assert tracer.stdout.readline() == b'0\\n'",
                 "debugs or traces", "detach it", "tracer.stdin.close(); tracer.wait()"),
    "child process": ("import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import pty, time; ends = pty.openpty(); '\n"
                      "    'print(1, flush=True); time.sleep(1000)'], stdout=subprocess.PIPE); assert child.stdout.readline()",
                      "of child process", "pexpect", "child.kill(); child.wait(); child.stdout.close()"),
}
SYSTEM = "import ctypes, os\ndef system(*words):\n    fd = ctypes.CDLL(None).syscall(*words)\n    assert fd >= 0, 'not on this machine'\n    return fd"


def test_each_blocker_is_named_and_the_kernel_goes_on(desk, tmp_path):
    with socket.socket(socket.AF_UNIX) as elsewhere:
        elsewhere.bind(str(tmp_path / "s"))
        elsewhere.listen()
        kernel = desk.open(ELSEWHERE=str(tmp_path / "s"))
        ok(kernel, GENERATOR)
        ok(kernel, SYSTEM)
        seen, absent = 0, set()
        for kind, (source, words, remedy, undo) in BLOCKERS.items():
            made = kernel.run(source)
            if "not on this machine" in made.error:
                absent.add(kind)
                continue
            assert made.status == "ok", (kind, made.error)
            answer = kernel.run("%checkpoint --system")
            assert answer.status == "error" and words in answer.error and remedy in answer.error, (kind, answer.error)
            seen += 1
            assert ok(kernel, "next(numbers)").text == f"[execute_result] {seen}\n", kind
            if kind == "terminal":
                plain = ok(kernel, "%checkpoint").text.replace("\n    ", " ")
                assert words in plain and "these will not come back" in plain
            ok(kernel, undo)
        assert absent <= {"io_uring", "userfaultfd"}, "the kernel of a machine may lack or forbid these"
        assert desk.images() == []
        assert "with a system image" in ok(kernel, "%checkpoint --system").text
        assert ok(kernel, "next(numbers)").text == f"[execute_result] {seen + 1}\n"


def hanging(tmp_path, criu, verb):
    """A CRIU that says its version and then never ends."""
    script = tmp_path / f"hangs-in-{verb}"
    script.write_text(f'#!/bin/sh\ncase $1 in {verb}) trap "" TERM INT; exec sleep 1000 ;; esac\nexec {criu} "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_a_dump_that_hangs_is_ended_and_the_kernel_goes_on(desk, tmp_path, criu):
    kernel = desk.open(FERRY_CRIU=hanging(tmp_path, criu, "dump"), FERRY_IMAGE_SECONDS="1")
    ok(kernel, GENERATOR)
    requests = [kernel.send("%checkpoint --system"), kernel.send("next(numbers)")]
    answer, after = [kernel.collect(request) for request in requests]
    assert answer.status == "error" and "CRIU did not end within 1 s and was killed" in answer.error, answer.error
    assert after.text == "[execute_result] 1\n"
    assert desk.images() == [], "nor anything that was begun"


def test_a_restore_that_hangs_is_ended_and_the_stored_form_comes_back(desk, tmp_path, criu):
    kernel = desk.open()
    ok(kernel, GENERATOR)
    ok(kernel, UNSAFE + "kept = [1, 2]; same = kept")
    desk.close(kernel)
    assert len(desk.images()) == 1
    kernel = desk.open(FERRY_CRIU=hanging(tmp_path, criu, "restore"), FERRY_IMAGE_SECONDS="1")
    answer = ok(kernel, "kept, same is kept")
    assert answer.outputs[-1][1] == "([1, 2], True)"
    assert "did not end within 1 s" in answer.text.replace("\n    ", " ")


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
