"""The ways without root, as an ordinary user: images by a file capability, their return in a user namespace, and images from there.

Run as root, each test runs itself again as `nobody`, with a CRIU that carries the capability; run as an ordinary user it takes the
CRIU that is there."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.image.conftest import OWN, PROGRAM, Desk, call, ok

NOBODY = 65534
CAPABILITIES = 1 << 40 | 1 << 8  # checkpoint_restore, setpcap
CARRIED = struct.pack("<IIIII", 0x02000001, CAPABILITIES & 0xffffffff, 0, CAPABILITIES >> 32, 0)  # as a file has them
ROOT = Path(__file__).resolve().parents[2]
CELLS = [
    "import os, threading, sqlite3, subprocess, numpy as np\nout = open('out.txt', 'w+'); _ = out.write('one\\ntwo\\n'); out.flush(); _ = out.seek(4)",
    "open('made', 'w').write('x')\nnumbers = (n for n in range(100)); next(numbers)\nlock = threading.RLock(); lock.acquire(); lock.acquire()\n"
    "con = sqlite3.connect(':memory:'); _ = con.execute('create table t (a)'); _ = con.execute('insert into t values (7)')",
    "open('made', 'w').write('x')\nticks = [0]; stop = threading.Event()\ndef tick():\n    while not stop.wait(0.01):\n        ticks[0] += 1\n"
    "thread = threading.Thread(target=tick, daemon=True); thread.start()\nchild = subprocess.Popen(['env', '--ignore-signal=INT', 'cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)",
    "a = np.arange(1000.0); view = a[10:20]",
]
STATE = ["'count=2' in repr(lock), con.execute('select a from t').fetchall(), con.in_transaction, thread.is_alive(), view.base is a",
         "child.stdin.write(b'x\\n'), child.stdin.flush(), child.stdout.readline()", "os.getpid(), os.getuid()"]


def installed():
    """The CRIU of this machine, or skips."""
    found = os.environ.get("FERRY_CRIU") or (str(OWN) if OWN.exists() else shutil.which("criu"))
    if not found or not os.access(found, os.X_OK):
        pytest.skip("NO SYSTEM IMAGES HERE: no CRIU is installed")
    return Path(found)


def again_as_nobody(request, own, before="true", **changed):
    """Runs this test once more as the ordinary user, with the home `own`, in a mount namespace where root has run `before`."""
    os.chown(own, NOBODY, NOBODY)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FERRY_", "XDG_", "PYTEST_"))}
    environment |= {"HOME": str(own), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(own), **changed}
    def run(*words):
        return subprocess.run(["unshare", "-m", "sh", "-c", f'{before} && exec setpriv --reuid={NOBODY} --regid={NOBODY} --init-groups "$@"', "sh",
                               sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)

    reads = run("-c", "import kernelferry._ferry, pytest, tests.image.conftest")
    if reads.returncode != 0:
        pytest.skip(f"another user cannot read this checkout: {(reads.stderr.splitlines() or ['?'])[-1]}")
    ran = run("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", own / "pytest", request.node.nodeid)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    if " skipped" in ran.stdout and " passed" not in ran.stdout:
        pytest.skip(ran.stdout[ran.stdout.index("SKIPPED"):][:500])


@pytest.fixture
def own():
    """A home for the ordinary user: the folders of this run's pytest are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="ferry-nobody-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def nobody(request, own):
    """True where this process is the ordinary user. As root, runs the test as one, and the test has nothing left to do."""
    if os.getuid() != 0:
        return True
    criu = own / "criu"
    shutil.copy(installed(), criu)
    criu.chmod(0o755)
    try:
        os.setxattr(criu, "security.capability", CARRIED)
    except OSError as error:
        pytest.skip(f"no file capability can be given here: {error}")
    again_as_nobody(request, own, FERRY_CRIU=str(criu))
    return False


def test_images_by_file_capability_and_then_from_inside_the_user_namespace(nobody, request):
    if not nobody:
        return
    desk = request.getfixturevalue("desk")
    assert call("--criu", desk.criu, "probe")["dump"] == "file capability"
    kernel = desk.open()
    for cell in CELLS:
        ok(kernel, cell)
    before = [ok(kernel, expression).outputs[-1][1] for expression in STATE]
    for turn in range(2):  # the second image is taken from inside, without any privilege
        desk.close(kernel)
        assert len(desk.images()) == 1 + turn, kernel
        kernel = desk.open()
        assert ok(kernel, "next(numbers)").outputs[-1][1] == str(1 + turn)
        assert [ok(kernel, expression).outputs[-1][1] for expression in STATE] == before
    ok(kernel, "import multiprocessing; shared = multiprocessing.Lock()")
    refused = kernel.run("%checkpoint --system")
    assert refused.status == "error" and "is mapped and has been deleted" in refused.error and "as root" in refused.error, refused.error
    assert ok(kernel, "next(numbers), out.readline()").outputs[-1][1] == "(3, 'two\\n')"


def test_images_by_the_root_helper(request, own, tmp_path):
    if os.getuid() == 0:
        prefix = installed().parents[1]
        if not (prefix / "lib/ld.so").exists():
            pytest.skip("this CRIU is not of ferry-install-criu")
        if not shutil.which("visudo"):
            pytest.skip("sudo is not installed")
        rules = "mount -t tmpfs -o mode=755 tmpfs /etc/sudoers.d && mount -t tmpfs -o mode=755 tmpfs /opt"  # nobody else sees them
        install = Path(sys.executable).parent / "ferry-install-criu"
        return again_as_nobody(request, own, f"{rules} && cp -a '{prefix}' /opt/ferry-criu && '{install}' --helper --for nogroup >&2")
    desk = Desk(tmp_path, "")
    probe = call("probe")
    assert (probe["dump"], probe["criu"]) == ("root helper", "/opt/ferry-criu/sbin/criu"), probe
    kernel = desk.open()
    try:
        for cell in CELLS:
            ok(kernel, cell)
        before = [ok(kernel, expression).outputs[-1][1] for expression in STATE]
        desk.close(kernel)
        assert len(desk.images()) == 1, kernel
        kernel = desk.open()
        assert ok(kernel, "next(numbers)").outputs[-1][1] == "1"
        assert [ok(kernel, expression).outputs[-1][1] for expression in STATE] == before
    finally:
        kernel.kill()
    # It becomes the user before it reads or writes anything: no file of root's comes by it.
    for words in (["dump", "-D", "/root", "-t", "1"], ["x"]):
        ran = subprocess.run(["sudo", "-n", "/opt/ferry-criu/sbin/ferry-criu-helper", "5", *words], capture_output=True, text=True, timeout=60)
        assert ran.returncode != 0 and "password" not in ran.stderr, ran
    assert subprocess.run(["sudo", "-n", "id"], capture_output=True, timeout=60).returncode != 0


def test_images_without_any_privilege_from_a_user_namespace_of_its_own(nobody, request, tmp_path):
    if not nobody:
        return
    desk = request.getfixturevalue("desk")
    plain = tmp_path / "criu"  # without the capability
    shutil.copyfile(desk.criu, plain)
    plain.chmod(0o755)
    desk.criu = str(plain)
    kernel = desk.open(FERRY_NAMESPACE="own")
    for cell in CELLS:
        ok(kernel, cell)
    before = [ok(kernel, expression).outputs[-1][1] for expression in STATE]
    assert ok(kernel, "open('/proc/self/uid_map').read().split(), open('own', 'w').write('x'), os.stat('own').st_uid").outputs[-1][1] == f"(['{os.getuid()}', '{os.getuid()}', '1'], 1, {os.getuid()})"
    for turn in range(2):
        desk.close(kernel)
        assert len(desk.images()) == 1 + turn, kernel
        kernel = desk.open(FERRY_NAMESPACE="own")
        assert ok(kernel, "next(numbers)").outputs[-1][1] == str(1 + turn)
        assert [ok(kernel, expression).outputs[-1][1] for expression in STATE] == before


def test_a_capability_that_a_container_forbids_is_named(criu):
    if os.getuid() != 0:
        pytest.skip("only root can take a capability away")
    barred = Path(tempfile.mkdtemp(prefix="ferry-barred-")) / "criu"
    try:
        shutil.copyfile(criu, barred)
        barred.chmod(0o755)
        os.setxattr(barred, "security.capability", CARRIED)
        ran = subprocess.run(["setpriv", "--bounding-set=-checkpoint_restore", PROGRAM, "--criu", barred, "probe"], capture_output=True, text=True, timeout=60)
        (found,) = json.loads(ran.stdout)["findings"]
        assert "as in most containers" in found["what"] and "--cap-add CHECKPOINT_RESTORE" in found["remedy"], found
    except OSError as error:
        pytest.skip(f"no file capability can be given here: {error}")
    finally:
        shutil.rmtree(barred.parent)


def test_without_the_capability_the_probe_says_what_root_must_do(nobody, request, tmp_path):
    if not nobody:
        return
    request.getfixturevalue("criu")
    plain = tmp_path / "criu"
    shutil.copyfile(os.environ.get("FERRY_CRIU", shutil.which("criu")), plain)
    plain.chmod(0o755)
    probe = call("--criu", plain, "probe")
    assert probe["dump"] == "none"
    found = next(f for f in probe["findings"] if not f["good"])
    assert "carries no cap_checkpoint_restore" in found["what"] and "ferry-install-criu --caps" in found["remedy"]
    told = subprocess.run([Path(sys.executable).parent / "jupyter-ferry", "doctor", "--json"], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "FERRY_CRIU": str(plain), "FERRY_NAMESPACE": "own", "FERRY_HOME": str(tmp_path / "home")})
    checks = [check for check in json.loads(told.stdout)["checks"] if check["check"] == "criu"]
    assert not any(check["note"] for check in checks) and any("FERRY_NAMESPACE=own" in check["what"] for check in checks), checks
    gone = call("--criu", tmp_path / "nowhere", "probe")["findings"][-1]
    assert gone["what"] == f"there is no program {tmp_path / 'nowhere'}" and "run ferry-install-criu" in gone["remedy"]
    taken = call("--criu", plain, "dump", "--pid", os.getpid(), "--to", tmp_path / "image")
    assert not taken["ok"] and taken["remedy"] == found["remedy"] and not (tmp_path / "image").exists()
