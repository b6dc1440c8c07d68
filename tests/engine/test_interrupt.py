"""An interrupt ends what the user runs, whatever that is, and nothing else."""
import os
import signal

import pytest

ENDLESS = {
    "sleep": "import time\nprint('on'); time.sleep(60)",
    "loop": "print('on')\nwhile True: pass",
    "signal that another thread took": "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
                                       "try: print('on'); time.sleep(60)\nfinally: signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])",
    "subprocess": "import subprocess\nprint('on'); subprocess.run(['sleep', '60'])",
    "join": "import threading, time\nt = threading.Thread(target=time.sleep, args=(600,), daemon=True)\nt.start(); print('on'); t.join()",
    "event": "import threading\nprint('on'); threading.Event().wait()",
    "numpy": "import numpy as np\na = np.ones((400, 400)); print('on')\nwhile True: a @ a",
    "line magic": "print('on')\n%time while True: pass",
    "sleep in compiled code that began before": "import time\nfrom functools import partial\nfrom operator import call\n"
        "print('on'); list(map(call, [partial(sum, range(30_000_000)), partial(time.sleep, 600)]))",
    "await": "import asyncio\nprint('on'); await asyncio.sleep(60)",
    "gather": "import asyncio\nprint('on'); await asyncio.gather(asyncio.sleep(60), asyncio.sleep(60))",
    "loop after await": "import asyncio\nawait asyncio.sleep(0)\nprint('on')\nwhile True: pass",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_message(engine, name):
    msg_id = engine.send(ENDLESS[name])
    engine.wait_for_text("on")
    assert engine.interrupt()["content"]["status"] == "ok"
    reply = engine.reply(msg_id)["content"]
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert "kernelferry" not in "".join(reply["traceback"])
    after = engine.ok("'next'")
    assert after.result == "'next'" and after.content["execution_count"] == reply["execution_count"] + 1


def test_a_shell_command_ends(engine):
    msg_id = engine.send("!echo on; sleep 60\nafter = 1")
    engine.wait_for_text("on")
    engine.interrupt()
    assert engine.reply(msg_id)["content"]["status"] == "ok"    # IPython ends the command and goes on
    assert engine.ok("after").result == "1"


def test_signal(engine):
    msg_id = engine.send(ENDLESS["sleep"])
    engine.wait_for_text("on")
    os.kill(engine.pid, signal.SIGINT)
    assert engine.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"


def test_idle(engine):
    for _ in range(20):
        engine.interrupt()
    assert engine.ok("1 + 1").result == "2"


def test_a_background_task_goes_on(engine):
    engine.ok("import asyncio\nticks = 0; turn = asyncio.Event()\nasync def tick():\n    global ticks\n    while True:\n"
              "        await turn.wait(); turn.clear(); ticks += 1\ntask = asyncio.create_task(tick()); await asyncio.sleep(0)")
    engine.interrupt()  # while it waits: one that runs in that instant is taken for one that hogs the thread
    engine.ok("turn.set()\nfor _ in range(10): await asyncio.sleep(0)")
    assert engine.ok("task.done(), ticks").result == "(False, 1)"
    engine.ok("task.cancel()")


def test_a_task_that_hogs_the_thread_while_idle(engine):
    engine.ok("import asyncio\nasync def hog():\n    print('on', flush=True)\n    while True: pass\n"
              "task = asyncio.create_task(hog())")
    engine.wait_for_text("on")
    engine.interrupt()
    assert engine.ok("task.done(), type(task.exception()).__name__").result == "(True, 'KeyboardInterrupt')"


def test_cleanup_runs_at_the_await(engine):
    msg_id = engine.send("import asyncio\ntry:\n    print('on'); await asyncio.sleep(60)\nexcept KeyboardInterrupt:\n    print('seen')")
    engine.wait_for_text("on")
    engine.interrupt()
    run = engine.finish(msg_id)
    assert run.status == "ok"
