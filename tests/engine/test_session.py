"""How the engine calls the session, and how it ends."""
import json
import os
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def noted(start_engine, tmp_path):
    """start(arguments, **env) -> an engine with the noting session; calls() -> what it noted."""
    calls = tmp_path / "calls"

    def start(arguments=(), **env):
        return start_engine(arguments, env={"CALLS": str(calls), **env})

    def read(name=None):
        entries = [json.loads(line) for line in calls.read_text().splitlines()]
        assert all(main for *_, main in entries), "not on the main thread"
        return [entry[1:-1] for entry in entries if entry[0] == name] if name else [e[:-1] for e in entries]
    start.calls = read
    return start


def test_attach_gets_the_command_line(noted):
    with noted(["--session", "00ff", "--lock-fd", "0", "--start", "crash", "--anonymous", "why"]):
        assert noted.calls("attach") == [["00ff", 0, "crash", "why"]]


def test_cells(noted):
    with noted() as engine:
        engine.ok("1", metadata={"cellId": "c1"})
        engine.run("1/0", store_history=False)
        engine.ok("2", silent=True)
        engine.run("before breaks =")
        msg_id = engine.send("import time; print('on'); time.sleep(60)")
        engine.wait_for_text("on")
        engine.interrupt()
        engine.reply(msg_id)
        calls = [c for c in noted.calls() if c[0] in ("before_execute", "after_execute")]
        assert calls[:4] == [["before_execute", "1", False, True, "c1"], ["after_execute", "ok"],
                             ["before_execute", "1/0", False, False, ""], ["after_execute", "error"]]
        assert [c[1] for c in calls if c[0] == "after_execute"] == ["ok", "error", "ok", "error", "interrupted"]


def test_an_interrupt_while_the_session_loads_ends_the_cell(noted, tmp_path):
    with noted() as engine:
        engine.ok("import os, time\nreal = time.sleep\ndef load(_):\n    print('loading')\n"
                  f"    while not os.path.exists({str(tmp_path / 'loaded')!r}): real(0.01)\ntime.sleep = load")
        msg_id = engine.send("ran = True  # slow to load")
        engine.wait_for_text("loading")
        engine.interrupt()
        (tmp_path / "loaded").touch()
        assert engine.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
        assert noted.calls("after_execute")[-1] == ["interrupted"]
        assert engine.run("ran").content["ename"] == "NameError"


def test_idle_work_ends_when_something_comes(noted):
    with noted() as engine:
        engine.ok("fake = get_ipython().fake; fake.work = True")
        for n in range(20):         # most of these find endless work running
            assert engine.ok(f"{n}").result == str(n)
            assert engine.request("kernel_info_request", {}, "control")["content"]["status"] == "ok"
        assert int(engine.ok("fake.slices").result) > 0
        engine.ok("import asyncio\nticks = 0\nasync def tick():\n    global ticks\n    for _ in range(5):\n"
                  "        await asyncio.sleep(0.01); ticks += 1\n    print('ticked')\ntask = asyncio.create_task(tick())")
        engine.wait_for_text("ticked")
        engine.ok("fake.work = False")


def test_a_request_that_idle_work_has_met_is_served(noted):
    """As an interrupt does that asks whether one waits: it takes the news off the socket's descriptor."""
    with noted() as engine:
        engine.ok("main = get_ipython().kernel.main\ndef idle():\n    while not main._ready(): pass\n    return False\nget_ipython().fake.idle = idle")
        for n in range(5):
            assert engine.ok(f"{n}").result == str(n)


def test_idle_work_that_waits_for_its_time(noted):
    with noted() as engine:
        engine.ok("fake = get_ipython().fake; fake.deadline = 0.05\n"
                  "real = fake.idle\ndef idle():\n    if fake.slices > 3: fake.deadline = None; print('in time')\n    return real()\n"
                  "fake.idle = idle")
        engine.wait_for_text("in time")         # without any further request


def test_control_requests(noted):
    with noted() as engine:
        status = engine.request("ferry_status_request", {"v": 1}, "control")["content"]
        assert (status["status"], status["name"]) == ("ok", "fake")
        save = engine.request("ferry_save_request", {"v": 1}, "control")["content"]
        assert save["status"] == "error" and "no space" in save["what"]


@pytest.mark.parametrize("msg_type, restart", [("shutdown_request", True), ("ferry_shutdown_request", False)])
def test_shutdown_interrupts_saves_replies_and_ends(noted, tmp_path, msg_type, restart):
    with noted() as engine:
        mark = tmp_path / "atexit"
        engine.ok(f"import atexit, pathlib, time; atexit.register(pathlib.Path({str(mark)!r}).write_text, 'ran')")
        msg_id = engine.send("print('on'); time.sleep(60)")
        engine.wait_for_text("on")
        content = engine.request(msg_type, {"restart": restart}, "control")["content"]
        assert (content["status"], content["restart"], content["saved"]) == ("ok", restart, True)
        assert engine.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
        assert engine.wait_for_exit() == 0
        assert mark.read_text() == "ran"
        assert noted.calls("shutdown") == [[restart]]
        assert noted.calls("after_execute")[-1] == ["interrupted"]


@pytest.mark.parametrize("code", [None, "import time; print('on'); time.sleep(60)", "import asyncio; print('on'); await asyncio.sleep(60)"],
                         ids=["idle", "sleep", "await"])
def test_sigterm_is_a_shutdown(noted, code):
    with noted() as engine:
        if code:
            engine.send(code)
            engine.wait_for_text("on")
        os.kill(engine.pid, signal.SIGTERM)
        assert engine.wait_for_exit() == 0
        assert noted.calls("shutdown") == [[False]]


def test_a_lost_relay(noted):
    relay = subprocess.Popen(["sleep", "600"])
    with noted(FERRY_RELAY_PID=str(relay.pid), FERRY_LEASE="0.2") as engine:
        engine.send("import time; print('on'); time.sleep(0.5); print('finished')")
        engine.wait_for_text("on")
        relay.kill()
        relay.wait()
        assert engine.wait_for_exit() == 0
        assert [c for c in noted.calls() if c[0] in ("after_execute", "shutdown")][-2:] == [["after_execute", "ok"], ["shutdown", False]]


def test_environment_of_user_code(noted):
    with noted(PYTHONHASHSEED="7", FERRY_RELAY_PID="0", FERRY_LOG="error", FERRY_ENV_KEEP="FERRY_LOG") as engine:
        code = "import os; sorted(n for n in os.environ if n.startswith('FERRY_') or n == 'PYTHONHASHSEED')"
        assert engine.ok(code).result == "['FERRY_LOG']"
        assert engine.ok("get_ipython().fake.options.environ['PYTHONHASHSEED']").result == "'7'"


def test_a_long_ipc_path(start_engine, tmp_path):
    folder = tmp_path / ("d" * max(1, 80 - len(str(tmp_path))))
    folder.mkdir(mode=0o700)
    with start_engine(transport="ipc", ip=str(folder / "k")) as engine:
        assert engine.ok("6 * 7").result == "42"


def test_usage():
    done = subprocess.run([sys.executable, "-m", "kernelferry.engine", "--no-such-option"], capture_output=True, text=True)
    assert done.returncode == 2 and "usage:" in done.stderr
