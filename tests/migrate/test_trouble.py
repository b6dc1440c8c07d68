"""What people do while a session moves, and hosts that are not as they should be."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.migrate import namespaces, sshd
from tests.migrate.test_faults import engines
from tests.processes import kill_with_store_in
from tests.relay.conftest import wait_until
from tests.survival.conftest import Notebook
from tests.survival.test_fatal_cells import QUICK


def pid_of(kernel):
    return int(kernel.evaluate(["__import__('os').getpid()"])[0])


@pytest.mark.parametrize("state", ["precopy", "shipped", "verified"])
def test_an_interrupt_in_each_state_leaves_the_session_here(notebook, host, tmp_path, state):
    step = tmp_path / "step"
    step.write_text(state)
    kernel = notebook.open(FERRY_MOVE_STOP=str(step))
    kernel.run("n = [1]")
    pid = pid_of(kernel)
    request = kernel.send(f"%migrate {host.text}")
    wait_until(lambda: kernel.relay.status() == psutil.STATUS_STOPPED, f"the move never came to {state}")
    kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))
    step.write_text("")
    kernel.relay.send_signal(signal.SIGCONT)
    assert kernel.collect(request).error == "KeyboardInterrupt: interrupted"
    assert (pid_of(kernel), kernel.evaluate(["n"])) == (pid, ["[1]"])
    assert kernel.run(f"%migrate {host.text}").status == "ok"


def test_a_magic_in_a_loop_or_before_an_error(notebook, host):
    kernel = notebook.open()
    pid = pid_of(kernel)
    failed = kernel.run(f"get_ipython().run_line_magic('migrate', {host.text!r})\nraise ValueError('after it')")
    assert failed.error == "ValueError: after it" and pid_of(kernel) == pid
    looped = kernel.run(f"for place in ({host.text!r}, 'home'):\n    try: get_ipython().run_line_magic('migrate', place)\n    except Exception: pass\nx = [1]")
    assert looped.status == "ok" and pid_of(kernel) != pid and kernel.evaluate(["x"]) == ["[1]"]  # the first one counts
    assert kernel.run("%migrate home").status == "ok"


def test_two_sessions_arrive_at_once(notebook, host):
    kernels = [notebook.open(named=False), notebook.open(named=False)]
    for number, kernel in enumerate(kernels):
        kernel.run(f"x = [{number}]; y = x")
    requests = [kernel.send(f"%migrate {host.text}") for kernel in kernels]
    for number, (kernel, request) in enumerate(zip(kernels, requests)):
        moved = kernel.collect(request)
        assert moved.status == "ok", moved.error
        assert kernel.evaluate(["x", "x is y"]) == [f"[{number}]", "True"]


def test_a_thread_that_prints_is_named_or_ends(notebook, host):
    kernel = notebook.open()
    kernel.run("import threading, time\nstop = []\ndef chatter():\n    while not stop: print('x', end=''); time.sleep(0.01)")
    kernel.run("threading.Thread(target=chatter, daemon=True).start()")
    moved = kernel.run(f"%migrate {host.text}")
    assert moved.status == "ok", moved.error  # no variable holds it: it stays behind, as the page says
    assert kernel.evaluate(["stop", "threading.active_count() < 5"]) == ["[]", "True"]


def test_a_variable_that_ends_the_engine_there_leaves_the_session_here(notebook, host):
    kernel = notebook.open()
    kernel.run("import os\nclass Bomb:\n    def __init__(self): self.x = [1]\n    def __setstate__(self, state):\n"
               "        if 'SSH_CONNECTION' in os.environ: os._exit(7)\n        self.__dict__.update(state)\nbomb = Bomb(); held = [bomb]")
    pid, waiting = pid_of(kernel), (kernel.send(f"%migrate {host.text} --policy store-first"), kernel.send("bomb.x.append(2); held[0] is bomb, bomb.x"))
    refused, after = (kernel.collect(request) for request in waiting)
    assert refused.status == "error" and f"the engine on {host.text} ended with status 7" in refused.error, refused.error
    assert after.text == "[execute_result] (True, [1, 2])\n" and pid_of(kernel) == pid


def test_a_move_from_outside_waits_for_what_the_user_is_asked(notebook, host):
    kernel = notebook.open()
    pid, client = pid_of(kernel), kernel.client
    request = client.execute("answer = input('who? ')", allow_stdin=True)
    client.get_stdin_msg(timeout=60)
    message = client.session.msg("ferry_migrate_request", {"v": 1, "host": host.text})
    client.control_channel.send(message)
    client.input("me")
    assert kernel.collect(request).status == "ok"
    reply = client.get_control_msg(timeout=120)
    while reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
        reply = client.get_control_msg(timeout=120)
    assert reply["content"]["status"] == "ok" and pid_of(kernel) != pid
    assert kernel.evaluate(["answer"]) == ["'me'"]


@pytest.mark.parametrize("told", [True, False], ids=["bulk", "ssh"])
def test_a_disk_that_is_full_there_leaves_the_session_here(notebook, host, told):
    if namespaces.missing():
        pytest.skip(namespaces.missing())
    host.stop()
    host.home.mkdir()
    host.inside = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size=8m ferry {host.home} && exec "$@"', "sh"]
    host.start(forced="" if told else sshd.NO_ADDRESS)
    kernel = notebook.open()
    kernel.run("import numpy as np; big = np.random.default_rng(0).random(2_000_000); view = big[1:]; small = [1]")
    pid, before = pid_of(kernel), kernel.fingerprints()
    warned = kernel.run(f"%migrate {host.text} --policy store-first")
    assert warned.status == "error" and "of disk" in warned.error and "free some space" in warned.error
    full = kernel.run(f"%migrate {host.text} --policy store-first --force")
    assert full.status == "error" and host.text in full.error and "No space left" in full.error and "free some space" in full.error
    assert pid_of(kernel) == pid and kernel.fingerprints() == before
    subprocess.run(["nsenter", "-t", str(host.process.pid), "-m", "mount", "-o", "remount,size=64m", host.home], check=True)
    moved = kernel.magic(f"%migrate {host.text} --policy store-first")
    assert moved["ok"] and moved["wire"] == ("bulk" if told else "ssh") and kernel.fingerprints() == before


def test_to_this_very_machine_and_store(notebook, host):
    """As `ssh localhost` is: the session is in one store, and has one owner, whatever moves and dies."""
    host.stop()
    host.start(FERRY_HOME=notebook.home, XDG_RUNTIME_DIR=notebook.folder / "r")
    kernel = notebook.open()
    kernel.run("import numpy as np; big = np.arange(300_000.0); view = big[5:]; log = []; both = {1: log, 2: log}")
    session, life = kernel.control("ferry_status_request")["session"], [pid_of(kernel)]
    for count, place in enumerate((host.text, host.text, "home", host.text), 1):
        kernel.run(f"log.append({count})")
        before = kernel.fingerprints()
        moved = kernel.magic(f"%migrate {place}")
        assert moved["ok"] and kernel.fingerprints() == before, (place, moved)
        wait_until(lambda: engines(session) == [pid_of(kernel)], f"{place}: {engines(session)}")
        assert pid_of(kernel) not in life, place
        life.append(pid_of(kernel))
        assert kernel.evaluate(["log", "both[1] is both[2] is log", "view.base is big"]) == [str(list(range(1, count + 1))), "True", "True"]
        assert kernel.magic("%checkpoint")["ok"] and [folder.name for folder in (notebook.home / "sessions").iterdir()] == [session]
    kernel.kill()
    again = notebook.open()
    assert again.run("log, both[1] is log", cell_id="cell-1", seconds=90).text.endswith("[execute_result] ([1, 2, 3, 4], True)\n")
    wait_until(lambda: engines(session) == [pid_of(again)], f"two owners: {engines(session)}")


def test_folders_of_sockets_with_characters_that_ssh_reads(notebook, host):
    with tempfile.TemporaryDirectory(prefix='r 5%h:"') as here, tempfile.TemporaryDirectory(prefix="r '7%h:") as there:
        host.stop()
        host.start(XDG_RUNTIME_DIR=there)
        kernel = Notebook.open(notebook, PATH=f"{host.bin}:{os.environ['PATH']}", XDG_RUNTIME_DIR=here)
        kernel.run("x = [1]; y = x")
        moved = kernel.run(f"%migrate {host.text}")
        assert moved.status == "ok", moved.error
        assert any(Path(here).rglob("*")) and any(Path(there).rglob("*")), "other folders were taken"
        assert kernel.evaluate(["x is y"]) == ["True"]
        kernel.kill()
        kill_with_store_in(host.folder)


def test_progress_is_shown_at_most_five_times_a_second(notebook, host):
    """Forty arrays travel one after the other through ssh, and each of them is progress."""
    host.stop()
    host.start(forced=sshd.NO_ADDRESS)
    kernel = notebook.open()
    kernel.run("import numpy as np; globals().update({f'part{i}': np.random.default_rng(i).random(40_000) for i in range(40)})")
    began = time.monotonic()
    answer = kernel.run(f"%migrate {host.text} --policy store-first")
    seconds = time.monotonic() - began  # at least as long as progress was shown, however busy the machine is
    shown = [*answer.bundles, *(content["data"] for kind, content, _ in answer.updates if kind == "update_display_data")]
    progress = [bundle["text/plain"] for bundle in shown if bundle["text/plain"].startswith("Moving to")]
    assert "connecting" in progress[0] and "Moved to" in shown[-1]["text/plain"]
    assert 1 <= len(progress) <= 5 * seconds + 1, (seconds, progress)


def test_a_cell_that_ends_the_engine_there_when_it_runs_again_leaves_the_session_here(notebook, host):
    kernel = notebook.open()
    armed = notebook.folder / "armed"
    kernel.run(f"import os; armed = {str(armed)!r}")
    kernel.run("if os.path.exists(armed): os._exit(3)\ng = (i for i in range(9)); next(g)")
    kernel.run("x = [1]")
    armed.touch()
    answer = kernel.run(f"%migrate {host.text}")
    assert answer.status == "error" and "cell [2] ended the engine when it ran again" in answer.error and "%session no-replay 2" in answer.error
    assert kernel.evaluate(["next(g)", "x"]) == ["1", "[1]"]
    kernel.run("%session no-replay 2")
    assert kernel.run(f"%migrate {host.text} --yes").status == "ok"
    assert kernel.evaluate(["x", "g"]) == ["[1]", "raised NameError"]


def test_a_cell_that_hangs_there_when_it_runs_again_leaves_the_session_here(notebook, host):
    """In C that keeps the lock of Python's: no interrupt ends it, and it is the engine there that ends."""
    startup = host.folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "quick.py").write_text(QUICK)
    kernel = notebook.open()
    kernel.run("import itertools, os")
    kernel.run("if 'SSH_CONNECTION' in os.environ: sum(itertools.repeat(0))\ng = (i for i in range(9)); next(g)")
    kernel.run("x = [1]")
    answer = kernel.run(f"%migrate {host.text} --policy cheapest")
    assert answer.status == "error" and "cell [2] did not end within" in answer.error and "%session no-replay 2" in answer.error
    assert kernel.evaluate(["next(g)", "x"]) == ["1", "[1]"]
