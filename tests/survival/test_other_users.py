"""What another user of the machine can do to a kernel: nothing. Needs root, which becomes `nobody`."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from .conftest import Notebook

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")

# Runs as `nobody`, with the system's Python and nothing of ours. Gets a JSON object, prints one.
STRANGER = r"""
import json, os, socket, struct, sys
facts, found = json.load(sys.stdin), {}

def attempt(name, what):
    try:
        found[name] = repr(what())
    except OSError as error:
        found[name] = type(error).__name__

def unix(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)

for path in facts["folders"]:
    attempt("list " + path, lambda: sorted(os.listdir(path)))
for path in facts["files"]:
    attempt("read " + path, lambda: open(path, "rb").read(1))
    attempt("write " + path, lambda: open(path, "r+b"))
for path in facts["sockets"]:
    attempt("connect " + path, lambda: unix(path))
for pid in facts["pids"]:
    attempt("memory %d" % pid, lambda: open("/proc/%d/mem" % pid, "rb"))
    attempt("environ %d" % pid, lambda: open("/proc/%d/environ" % pid, "rb").read(1))
    attempt("descriptors %d" % pid, lambda: os.listdir("/proc/%d/fd" % pid))
    attempt("kill %d" % pid, lambda: os.kill(pid, 15))

def frame(data, more):
    return struct.pack(">BQ", 2 | more, len(data)) + data

def zmtp(port, kind, *messages):
    # RFC 23: greeting, READY, then frames
    with socket.create_connection((facts["ip"], port), 10) as s:
        s.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
        ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
        s.sendall(b"\x04" + bytes([len(ready)]) + ready)
        for message in messages:
            s.sendall(b"".join(frame(part, i < len(message) - 1) for i, part in enumerate(message)))
        s.shutdown(socket.SHUT_WR)
        while s.recv(4096):
            pass

def garbage(port, data):
    with socket.create_connection((facts["ip"], port), 10) as s:
        s.sendall(data)

def request(kind, content, signature):
    header = json.dumps({"msg_id": "m", "session": "s", "username": "u", "date": "2020-01-01T00:00:00Z", "msg_type": kind, "version": "5.3"}).encode()
    return [b"<IDS|MSG>", signature, header, b"{}", b"{}", json.dumps(content).encode()]

for name in ("shell", "control", "stdin"):
    for signature in (b"", b"0" * 64):
        for kind, content in (("execute_request", {"code": "hacked = 1", "silent": False}), ("shutdown_request", {"restart": False}),
                              ("interrupt_request", {}), ("ferry_shutdown_request", {"v": 1, "restart": False}), ("ferry_front_request", {"detach": True})):
            attempt("forge", lambda: zmtp(facts["ports"][name], b"DEALER", request(kind, content, signature)))
    attempt("half", lambda: zmtp(facts["ports"][name], b"DEALER", request("execute_request", {}, b"")[:3], [b""], [os.urandom(100)] * 3))
for port in facts["ports"].values():
    for data in (os.urandom(5000), b"\xff" + b"\0" * 8 + b"\x7f", b"\xff" * 64, b"GET / HTTP/1.1\r\n\r\n", struct.pack(">BQ", 2, 1 << 62) * 9, b"\x01\x00"):
        attempt("garbage", lambda: garbage(port, data))
print(json.dumps(found))
"""


def stranger(facts):
    done = subprocess.run(["/usr/bin/python3", "-c", STRANGER], input=json.dumps(facts), capture_output=True, text=True, user="nobody", group="nogroup",
                          extra_groups=[], cwd="/", timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def in_the_open():
    """A notebook in a folder that everybody may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="ferry-open-") as folder:
        os.chmod(folder, 0o755)
        notebook = Notebook(Path(folder))
        yield notebook
        for kernel in notebook.kernels:
            kernel.kill()


def test_another_user_reaches_neither_engine_nor_store(in_the_open):
    notebook = in_the_open
    kernel = notebook.open()
    kernel.run("secret = 'of mine'", "cell-0")
    kernel.magic("%checkpoint")
    relay, engine = kernel.processes()[:2]
    connection_file = engine.cmdline()[engine.cmdline().index("-f") + 1]
    sockets = [connection_file.removesuffix(".json") + f"-{n}" for n in range(1, 6)]
    assert all(map(os.path.exists, sockets))
    front = json.loads(open(kernel.manager.connection_file).read())
    session = notebook.session()
    files = [connection_file, kernel.manager.connection_file, *map(str, (p for p in session.rglob("*") if p.is_file()))]
    folders = [os.path.dirname(connection_file), str(notebook.home / "sessions"), str(session)]
    found = stranger({"folders": [*folders, str(notebook.folder)], "files": files, "sockets": sockets, "pids": [relay.pid, engine.pid], "ip": front["ip"],
                      "ports": {name: front[name + "_port"] for name in ("shell", "control", "stdin", "iopub", "hb")}})
    assert found.pop("list " + str(notebook.folder)) == repr(sorted(os.listdir(notebook.folder))), "the test itself sees nothing"
    refused = {what: how for what, how in found.items() if not what.startswith(("forge", "half", "garbage"))}
    assert len(refused) >= 2 * len(files) + len(folders) + len(sockets) + 8
    assert {how for how in refused.values()} == {"PermissionError"}, {w: h for w, h in refused.items() if h != "PermissionError"}
    assert kernel.evaluate(["secret", "'hacked' in globals()"]) == ["'of mine'", "False"]
    assert engine.is_running() and relay.is_running()


def test_everything_that_is_kept_is_the_owners_alone(notebook):
    kernel = notebook.open()
    kernel.run("secret = 'of mine'", "cell-0")
    kernel.magic("%checkpoint")
    engine = kernel.processes()[1]
    runtime = os.path.dirname(engine.cmdline()[engine.cmdline().index("-f") + 1])
    for root in (runtime, os.path.dirname(runtime), str(notebook.home)):
        for folder, _, names in os.walk(root):
            assert os.stat(folder).st_mode & 0o077 == 0, folder
            for name in names if root != os.path.dirname(runtime) else ():
                path = os.path.join(folder, name)
                assert os.lstat(path).st_mode & 0o077 == 0 or folder == runtime, path  # in a folder that nobody else enters
    assert b"secret" not in engine.environ().__str__().encode()
