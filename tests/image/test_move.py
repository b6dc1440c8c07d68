"""A session that can be neither stored nor made again moves to another host in a system image, and back."""
import glob
import os
import signal
import sysconfig
import warnings
from pathlib import Path

import psutil
import pytest

from tests.image import elsewhere
from tests.image.conftest import SlowCriu, ok
from tests.image.test_cheaper import CHEAP
from tests.image.test_round_trip import CELLS
from tests.migrate import sshd
from tests.migrate.test_faults import of_host
from tests.processes import below, kill, still_alive
from tests.relay.conftest import wait_until

STATE = ["next(numbers)", "lock._is_owned(), 'count=2' in repr(lock)", "con.execute('select a from t').fetchall(), con.in_transaction",
         "pool.map(abs, [-3])", "view.base is a and same is a", "thread.is_alive()", "float(np.linalg.norm(a))"]
EXPECTED = ["4", "(True, True)", "([(7,)], True)", "[3]", "True", "True", "18243.7"]


def site_file(pattern):
    return glob.glob(os.path.join(sysconfig.get_paths()["platlib"], pattern))[0]


@pytest.fixture
def host(tmp_path, criu):
    if reason := elsewhere.missing():
        warnings.warn(f"moves of system images are not tested: {reason}")
        pytest.skip(reason)
    hosts = []

    def make(setup="", **environment):
        hosts.append(elsewhere.Elsewhere(tmp_path / f"host{len(hosts)}", setup, **{"FERRY_CRIU": criu, **environment}))
        return hosts[-1]
    yield make
    for each in hosts:
        each.cut()


def opened(desk, host, **environment):
    run = desk.folder.parent / "r"
    run.mkdir(mode=0o700, exist_ok=True)
    kernel = desk.open(PATH=f"{host.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(run), **environment)
    for cell in CELLS:
        ok(kernel, cell)
    return kernel


def state(kernel, first):
    """The state, with the generator's next number."""
    found = [ok(kernel, expression).outputs[-1][1] for expression in STATE]
    assert found[-1].startswith(EXPECTED[-1])
    assert found[:-1] == [str(first), *EXPECTED[1:-1]]


def other_builds(folder):
    """Shell commands after which libc and one of numpy's libraries have other builds, and another of numpy's is missing."""
    libc, random, linalg = "/lib/x86_64-linux-gnu/libc.so.6", site_file("numpy/random/_generator.*.so"), Path(site_file("numpy/linalg/_umath_linalg.*.so"))
    return "\n".join([f"cp -L {libc} {folder}/libc; printf 0123456789 >> {folder}/libc; mount --bind {folder}/libc {os.path.realpath(libc)}",
                      f"cp {random} {folder}/random; printf 0123456789 >> {folder}/random; mount --bind {folder}/random {random}",
                      f"rm -rf {folder}/linalg; cp -r {linalg.parent} {folder}/linalg; rm {folder}/linalg/{linalg.name}; mount --bind {folder}/linalg {linalg.parent}"])


def test_to_a_host_with_other_builds_and_back(desk, host, tmp_path):
    target = host(other_builds(tmp_path))
    kernel = opened(desk, target)
    ok(kernel, "np.linalg.norm(a); generator = np.random.default_rng(3); generator.random(2)")
    state(kernel, 4)
    plan = kernel.magic(f"%migrate {target.text} --plan")
    assert {entry["way"] for entry in plan["variables"].values()} == {"image"}
    assert "3 mapped files" in " ".join(plan["messages"]), plan["messages"]
    moved = kernel.run(f"%migrate {target.text}")
    assert moved.status == "ok", moved.error
    assert ok(kernel, "socket.gethostname()").outputs[-1][1] == "'elsewhere'"
    state(kernel, 5)
    ok(kernel, "out.seek(0); out.read()")
    assert ok(kernel, "child.stdout.readline(), float(generator.random()) > 0").outputs[-1][1] == "(b'kept in a pipe\\n', True)"
    back = kernel.run("%migrate home")
    assert back.status == "ok", back.error
    assert ok(kernel, "socket.gethostname() != 'elsewhere'").outputs[-1][1] == "True"
    state(kernel, 6)


def away(desk, target, **environment):
    """A kernel whose session has moved, with the environment of those after it."""
    run = desk.folder.parent / "r"
    run.mkdir(mode=0o700, exist_ok=True)
    environment = {"PATH": f"{target.bin}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(run), **environment}
    kernel = desk.open(**environment)
    assert kernel.run("import socket; here = socket.gethostname()", "a").status == "ok"
    assert kernel.run(f"%migrate {target.text}", "b").status == "ok"
    assert kernel.run("open('made', 'w').write('x')\nnumbers = (n for n in range(9)); next(numbers)", "c").status == "ok"
    return kernel, environment


def test_suspended_elsewhere_it_wakes_there_and_closed_there_it_comes_home(desk, host, tmp_path):
    target = host(other_builds(tmp_path))
    kernel = opened(desk, target)
    ok(kernel, "np.linalg.norm(a); generator = np.random.default_rng(3)")
    assert kernel.run(f"%migrate {target.text}").status == "ok"
    ok(kernel, "%suspend")
    assert ok(kernel, "socket.gethostname()").outputs[-1][1] == "'elsewhere'"
    state(kernel, 4)
    desk.close(kernel)
    kernel = desk.open(PATH=f"{target.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(tmp_path / "r"))
    assert ok(kernel, "socket.gethostname() != 'elsewhere'").outputs[-1][1] == "True"
    state(kernel, 5)


def test_a_checkpoint_elsewhere_takes_an_image_that_comes_back_there_and_here(desk, host, tmp_path):
    target = host(other_builds(tmp_path), FERRY_LEASE="1")
    kernel, environment = away(desk, target)
    saved = kernel.run("%checkpoint", "d").text
    assert "with a system image of" in saved, saved.replace("\n", " ")
    refused = kernel.run("import os, pty; ends = pty.openpty()\n%checkpoint --system", "e")
    assert "is a terminal" in refused.error and "close it" in refused.error, refused.error
    assert kernel.run("[os.close(end) for end in ends]; next(numbers), socket.gethostname() == here", "f").text == "[execute_result] (1, False)\n"
    requests = [kernel.send(source) for source in ("pid = os.getpid()\n%checkpoint", "next(numbers), os.getpid() == pid, pid")]
    saved, after = [kernel.collect(request) for request in requests]
    assert "with a system image of" in saved.text, saved.error
    assert after.text.startswith("[execute_result] (2, True, "), after.text
    assert kernel.magic("%checkpoint --system")["image"]["bytes"] > 1e7
    died = kernel.run("os.kill(pid, 9)")
    assert died.status == "error" and "killed by signal 9" in died.error, died.error
    assert kernel.run("next(numbers), socket.gethostname() == here", "g").outputs[-1][1] == "(3, False)"
    assert "with a system image of" in kernel.run("%checkpoint", "h").text
    kill(kernel.relay)  # and with it the wire: the engine there ends after its lease
    assert not still_alive(kernel.relay)
    kernel = desk.open(**environment)
    assert kernel.run("next(numbers), socket.gethostname() == here", "i", seconds=90).outputs[-1][1] == "(4, True)"


def test_closed_elsewhere_what_no_image_can_bring_home_is_named(desk, host):
    target = host()
    kernel, environment = away(desk, target, FERRY_CRIU="off")
    desk.close(kernel)
    kernel = desk.open(**environment)
    answer = kernel.run("here == socket.gethostname(), 'numbers' in globals()", "d")
    assert answer.text.endswith("[execute_result] (True, False)\n")
    told = " ".join(answer.text.split())
    assert "Lost when the last kernel ended: numbers" in told and f"the session was on {target.text}" in told and "switched off" in told, told
    assert "Lost when" not in kernel.run("1", "e").text


@pytest.mark.parametrize("harm", ["the kernel is killed", "the wire is cut"])
def test_what_is_lost_because_nobody_asked_for_an_image_there_is_named_with_the_cause(desk, host, harm):
    target = host(FERRY_LEASE="1")
    kernel, environment = away(desk, target)
    if harm == "the wire is cut":
        kill(*below(kernel.relay.pid, "ssh"))
        wait_until(lambda: kernel.control("ferry_status_request").get("engine") in ("asleep", "starting"), "the relay did not notice")
    else:
        kill(kernel.relay)
        assert not still_alive(kernel.relay)
        kernel = desk.open(**environment)
    answer = kernel.run("here == socket.gethostname(), 'numbers' in globals()", "d", seconds=90)
    assert answer.text.endswith(f"[execute_result] ({harm == 'the kernel is killed'}, False)\n"), answer.text
    told = " ".join(answer.text.split())
    assert "Lost when the last kernel ended: numbers" in told and "was gone before it asked for one" in told and "%checkpoint takes one" in told, told
    assert "Lost when" not in kernel.run("1", "e").text


def test_the_image_is_finished_there_when_the_kernel_is_killed(desk, host, tmp_path, criu):
    slow = SlowCriu(tmp_path, criu)
    target = host(**slow.environment)
    kernel, environment = away(desk, target)
    slow.wait.touch()
    kernel.relay.send_signal(signal.SIGTERM)
    wait_until(slow.begun.exists, "no image is taken there")
    kill(kernel.relay)
    assert not still_alive(kernel.relay)
    slow.wait.unlink()
    kernel = desk.open(**environment)
    assert kernel.run("here == socket.gethostname(), next(numbers)", "d", seconds=90).text.endswith("[execute_result] (True, 1)\n")


def test_what_can_be_stored_moves_in_an_image_on_request(desk, host):
    target = host()
    run = desk.folder.parent / "r"
    run.mkdir(mode=0o700)
    kernel = desk.open(PATH=f"{target.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(run))
    ok(kernel, "import os\nx = [1]; y = x; pid = os.getpid()")
    # the file is the same there, and CRIU would wait for the lock of the source, which is kept until the session lives there
    ok(kernel, "import fcntl\nf = open('of-both', 'w'); fcntl.flock(f, fcntl.LOCK_EX)")
    refused = kernel.run(f"%migrate {target.text} --system")
    assert f"an exclusive lock on {os.path.realpath(desk.folder)}/of-both" in refused.error and "release it" in refused.error, refused.error
    ok(kernel, "fcntl.flock(f, fcntl.LOCK_UN)")
    assert kernel.run(f"%migrate {target.text} --system").status == "ok"
    assert ok(kernel, "y.append(2); x, os.getpid() == pid").outputs[-1][1] == "([1, 2], True)"


def test_an_image_travels_beside_ssh_where_blobs_do_and_comes_back(desk, tmp_path, criu):
    if reason := sshd.missing():
        pytest.skip(reason)
    target = sshd.Sshd(tmp_path / "host")
    try:
        target.stop()
        target.start(FERRY_CRIU=criu)
        run = tmp_path / "r"
        run.mkdir(mode=0o700)
        kernel = desk.open(PATH=f"{target.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(run))
        ok(kernel, "import os, numpy as np; a = np.random.default_rng(4).bytes(3_000_000)\n"
                   "open('made', 'w').write('x')\nnumbers = (n for n in range(9)); next(numbers)")
        moved = kernel.magic(f"%migrate {target.text}")
        assert moved["ok"] and moved["wire"] == "bulk" and moved["bytes_moved"] > 1e7, moved
        assert ok(kernel, "next(numbers), a == np.random.default_rng(4).bytes(3_000_000)").outputs[-1][1] == "(1, True)"
        assert kernel.run("%migrate home").status == "ok"
        assert ok(kernel, "next(numbers)").outputs[-1][1] == "2"
    finally:
        target.cut()


def test_what_would_take_long_to_make_again_there_moves_in_an_image(desk, host):
    target = host()
    run = desk.folder.parent / "r"
    run.mkdir(mode=0o700)
    kernel = desk.open(PATH=f"{target.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=str(run))
    ok(kernel, CHEAP)
    ok(kernel, "import os, time; time.sleep(0.3); pid = os.getpid()\nnumbers = (n for n in range(9)); next(numbers)")
    plan = kernel.magic(f"%migrate {target.text} --plan")
    entry = plan["variables"]["numbers"]
    assert (entry["way"], entry["code"], entry["alternative"]["way"]) == ("image", "image-cheaper", "replayed"), entry
    assert plan["variables"]["pid"]["alternative"]["way"] == "stored" and plan["totals"]["bytes"] == 1000
    assert kernel.run(f"%migrate {target.text}").status == "ok"
    assert ok(kernel, "next(numbers), os.getpid() == pid").outputs[-1][1] == "(1, True)"


def test_a_host_without_criu_is_refused_and_the_session_goes_on(desk, host):
    target = host(FERRY_CRIU="off")
    kernel = opened(desk, target)
    refused = kernel.run(f"%migrate {target.text}")
    assert refused.status == "error" and "no system image can carry them" in refused.error and "switched off" in refused.error, refused.error
    assert "numbers (generator" in refused.error
    state(kernel, 4)


def test_an_image_that_does_not_come_back_leaves_the_source_as_it_was(desk, host, tmp_path, criu):
    broken = tmp_path / "criu"
    broken.write_text(f'#!/bin/sh\ncase $1 in restore) echo "Error (x): no way"; exit 1 ;; esac\nexec {criu} "$@"\n')
    broken.chmod(0o755)
    target = host(FERRY_CRIU=str(broken))
    kernel = opened(desk, target)
    requests = [kernel.send(f"%migrate {target.text}"), kernel.send("next(numbers)")]
    refused, after = [kernel.collect(request) for request in requests]
    assert refused.status == "error" and "CRIU could not bring the image back: no way" in refused.error, refused.error
    assert after.text == "[execute_result] 4\n"
    state(kernel, 5)
    assert "moved_to" not in (desk.session / "session.json").read_text()


def test_an_engine_that_was_taken_over_moves_in_an_image_or_stays_as_it_was(desk, host, tmp_path, criu):
    sometimes, broken = tmp_path / "criu", tmp_path / "broken"
    sometimes.write_text(f'#!/bin/sh\n[ "$1" = restore -a -e {broken} ] && echo "Error (x): no way" && exit 1\nexec {criu} "$@"\n')
    sometimes.chmod(0o755)
    broken.touch()
    target = host(FERRY_CRIU=str(sometimes))
    run = tmp_path / "r"
    run.mkdir(mode=0o700)
    environment = {"PATH": f"{target.bin}:{os.environ['PATH']}", "XDG_RUNTIME_DIR": str(run)}
    first = desk.open(**environment)
    assert first.run("open('made', 'w').write('x')\nimport socket\nnumbers = (n for n in range(9)); next(numbers)", "a").status == "ok"
    kill(first.relay)
    assert not still_alive(first.relay)
    kernel = desk.open(**environment)
    refused = kernel.run(f"%migrate {target.text}", "b")
    assert "no way" in refused.error, refused.error
    assert kernel.run("next(numbers)", "c").text == "[execute_result] 1\n"
    broken.unlink()
    assert kernel.run(f"%migrate {target.text}", "d").status == "ok"
    assert kernel.run("next(numbers), socket.gethostname()", "e").text == "[execute_result] (2, 'elsewhere')\n"


def at_step(kernel, step, name, target):
    """A move that is stopped at a step, and a cell that waits behind it."""
    step.write_text(name)
    requests = kernel.send(f"%migrate {target.text}"), kernel.send("next(numbers)")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"the move never came to {name}")
    step.write_text("")
    return requests


def test_a_target_that_dies_gives_the_source_back_as_it_was(desk, host, tmp_path):
    step = tmp_path / "step"
    step.write_text("")
    target = host()
    kernel = opened(desk, target, FERRY_MOVE_STOP=str(step))
    for turn, name in enumerate(("verified", "departed")):
        requests = at_step(kernel, step, name, target)
        assert ("moved_to" in (desk.session / "session.json").read_text()) is (name == "departed")
        kill(*of_host(target))
        kernel.relay.send_signal(signal.SIGCONT)
        moved, after = (kernel.collect(request) for request in requests)
        assert moved.status == "error", name
        assert after.text == f"[execute_result] {4 + 2 * turn}\n"
        state(kernel, 5 + 2 * turn)
        assert "moved_to" not in (desk.session / "session.json").read_text()
    assert kernel.run(f"%migrate {target.text}").status == "ok"
    state(kernel, 8)


def test_a_relay_that_dies_leaves_the_session_here(desk, host, tmp_path):
    """The stopped source goes on, finds nobody and ends; the image that it was moving in brings it back."""
    step = tmp_path / "step"
    step.write_text("")
    target = host()
    kernel = opened(desk, target, FERRY_MOVE_STOP=str(step))
    engine = psutil.Process(int(ok(kernel, "os.getpid()").outputs[-1][1]))
    at_step(kernel, step, "verified", target)
    assert engine.status() == psutil.STATUS_STOPPED
    workers = engine.children(recursive=True)
    kill(kernel.relay)
    assert not still_alive(kernel.relay)
    kernel = desk.open()
    state(kernel, 4)
    wait_until(lambda: not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE, "the source never ended")
    state(kernel, 5)
    kill(*workers)
