"""What saving owes between cells: an interrupt ends it where it hangs and never costs a variable, and it misses nothing that
ran without being a cell."""

import time

import pytest

from tests.survival.answers import wait_for_file

HANGS = """
import os, time
class Hangs:
    def __reduce__(self):
        with open("hung", "a") as file: file.write("x")
        try:
            while not os.path.exists("free"):
                time.sleep(0.01)
                if get_ipython().kernel.main._ready() and not os.path.exists("asked"): open("asked", "w").close()
        except BaseException:
            if catches: return Hangs, (), {"size": 0}
            raise
        return Hangs, (), vars(self)
x, y, catches = Hangs(), [1], False
x.size = 5
"""


def until(condition):
    """Waits for it, and returns what it gave."""
    deadline = time.monotonic() + 90
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return result


def saved(kernel):
    """The status once nothing is unsaved."""
    return until(lambda: (status := kernel.control("ferry_status_request"))["saved"] and status)


def hung(notebook, times):
    until(lambda: (notebook.folder / "hung").exists() and len((notebook.folder / "hung").read_text()) >= times)
    (notebook.folder / "asked").unlink(missing_ok=True)


def interrupt_once_asked(kernel, notebook):
    """Interrupts saving, which hangs, when the engine has the request that waits for it."""
    wait_for_file(notebook.folder / "asked")
    kernel.control("interrupt_request")


def test_an_interrupt_ends_a_pickling_that_never_ends(notebook):
    kernel = notebook.open()
    kernel.run(HANGS, "cell-0")
    for times in (1, 2):
        hung(notebook, times)
        request = kernel.send("y.append(2); y", "cell-1")
        interrupt_once_asked(kernel, notebook)
        assert kernel.collect(request).outputs == [("execute_result", str([1] + [2] * times))]
    assert kernel.run("y.append(3)", "cell-1").status == "ok"  # after two it is left alone, and the others are saved
    until(lambda: kernel.control("ferry_status_request")["saved_executions"] == 4)
    status = kernel.control("ferry_status_request")
    assert not status["saved"] and len((notebook.folder / "hung").read_text()) == 2
    (notebook.folder / "free").touch()
    assert kernel.magic("%checkpoint")["variables"]["x"]["way"] == "stored" and saved(kernel)
    kernel.kill()
    assert notebook.open().evaluate(["x.size", "y"]) == ["5", "[1, 2, 2, 3]"]


@pytest.mark.parametrize("catches", [False, True])
def test_what_an_interrupt_cut_is_not_taken_for_stored(notebook, catches):
    kernel = notebook.open()
    kernel.run(f"{HANGS}catches = {catches}", "cell-0")
    hung(notebook, 1)
    request = kernel.client.complete("y.app")  # no cell runs that would have everything saved anew
    interrupt_once_asked(kernel, notebook)
    assert kernel._reply(kernel.client.get_shell_msg, request, time.monotonic() + 60)["matches"] == ["append"]
    until(lambda: kernel.control("ferry_status_request")["saved_executions"] == 1)
    assert not kernel.control("ferry_status_request")["saved"]
    (notebook.folder / "free").touch()
    kernel.suspend()
    second = notebook.open()
    second.run("1", "cell-1")
    assert second.magic("%resume")["variables"]["x"]["way"] == "stored"
    assert second.evaluate(["x.size", "y"]) == ["5", "[1]"]


def test_an_interrupted_checkpoint_keeps_nothing_of_what_was_cut(notebook):
    kernel = notebook.open(FERRY_SAVE="manual")
    kernel.run(f"{HANGS}catches = True", "cell-0")
    request = kernel.send("%checkpoint", store_history=False)
    hung(notebook, 1)
    kernel.control("interrupt_request")
    assert "KeyboardInterrupt" in kernel.collect(request).error
    (notebook.folder / "free").touch()
    kernel.suspend()
    assert notebook.open().evaluate(["x.size", "y"]) == ["5", "[1]"]


@pytest.mark.parametrize("save", ["auto", "manual"])
def test_an_interrupt_that_nobody_waits_for_ends_no_save(notebook, save):
    kernel = notebook.open(FERRY_SAVE=save)
    kernel.run("import os, signal\nclass Hit:\n def __reduce__(self):\n  if not os.path.exists('hit'):\n   open('hit', 'w').close()\n"
               "   os.kill(os.getpid(), signal.SIGINT)\n   for _ in range(99): pass\n  return Hit, (), vars(self)\nx = Hit(); x.size = 5", "cell-0")
    if save == "auto":
        saved(kernel)
        kernel.kill()
    else:
        kernel.suspend()
    assert (notebook.folder / "hit").exists()
    second = notebook.open()
    second.run("1", "cell-1")
    assert second.magic("%resume")["variables"]["x"]["way"] == "stored" and second.evaluate(["x.size"]) == ["5"]


def test_what_a_front_end_evaluates_is_saved_if_it_changes_something(notebook):
    first = notebook.open()
    first.run("x = [1]", "cell-0")
    before = saved(first)["generation"]
    assert first.evaluate(["len(x)"]) == ["1"]
    assert saved(first)["generation"] == before
    first.evaluate(["x.append(2)"])
    assert saved(first)["generation"] > before
    first.run("%checkpoint", store_history=False, expressions={"0": "x.append(3)"})  # evaluated when the checkpoint is done
    saved(first)
    first.kill()
    assert notebook.open().run("x", "cell-1").outputs[-1] == ("execute_result", "[1, 2, 3]")


def test_what_the_callback_of_a_widget_changes_is_saved(notebook):
    first = notebook.open()
    first.run("import comm\nx = [1]\nc = comm.create_comm(target_name='t', comm_id='c1')\nc.on_msg(lambda message: x.append(2))\ndel c", "cell-0")
    before = saved(first)["generation"]
    first.client.shell_channel.send(first.client.session.msg("comm_msg", {"comm_id": "c1", "data": {}}))
    deadline = time.monotonic() + 90
    while saved(first)["generation"] == before:
        assert time.monotonic() < deadline
    first.kill()
    assert notebook.open().run("x", "cell-1").outputs[-1] == ("execute_result", "[1, 2]")


def test_a_stored_variable_that_the_disk_has_lost_is_written_again(notebook):
    kernel = notebook.open()
    kernel.run("x = list(range(1000))", "cell-0")
    assert kernel.magic("%checkpoint one")["ok"]
    for blob in (notebook.session() / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    kernel.run("y = 1", "cell-1")
    kernel.magic("%checkpoint two")  # may say that something is missing
    assert kernel.magic("%checkpoint three")["ok"]
    kernel.kill()
    assert notebook.open().run("sum(x) + y", "cell-2").outputs[-1] == ("execute_result", "499501")


STIRRED = """
import argparse, collections, email.message, random, threading
def make(): return [collections.OrderedDict(a=[1]), random.Random(1), argparse.Namespace(x=[2]), email.message.Message(), collections.UserList([[1]])]
table = {i: make() for i in range(2000)}
def stir():
    while True:
        for i in range(2000): table[i] = make()
for _ in range(2): threading.Thread(target=stir, daemon=True).start()
"""


def test_threads_that_never_rest_do_not_keep_a_save_from_its_end(notebook):
    """They get in between of each look that runs code of libraries, unless it makes them wait."""
    kernel = notebook.open()
    assert kernel.run(STIRRED, "cell-0").status == "ok"
    saved = kernel.magic("%checkpoint")
    assert saved["ok"] and saved["variables"]["make"]["way"] == "stored"
    kernel.suspend()


GROWS = """
class Grows:
    n = 0
    def __reduce__(self):
        self.n += 1
        globals()[f"made{self.n}"] = [self.n]
        return Grows, (), vars(self)
x, y = Grows(), [1]
"""


def test_a_save_ends_though_each_pickling_makes_another_variable(notebook):
    kernel = notebook.open(FERRY_SAVE="manual")
    assert kernel.run(GROWS, "cell-0").status == "ok"
    saved = kernel.magic("%checkpoint")
    assert saved["variables"]["y"]["way"] == "stored"
    assert saved["variables"]["x"]["way"] != "stored" and "it changes while it is being saved" in saved["variables"]["x"]["reason"]


def test_a_last_save_that_hangs_is_cut_for_who_opens_the_session_next(notebook):
    """Which waits for an engine that is ending."""
    kernel = notebook.open(FERRY_SAVE="manual")
    kernel.run(f"{HANGS}import kernelferry.engine.loop as loop; loop.PATIENCE = 0", "cell-0")
    kernel.client.shutdown(restart=False)
    wait_for_file(notebook.folder / "hung")
    assert notebook.open(FERRY_SAVE="manual").evaluate(["y"]) == ["[1]"]


def test_what_a_task_of_asyncio_reaches_stays_apart_from_it(notebook):
    """It holds the kernel's loop, by which everything could be reached that was ever displayed."""
    kernel = notebook.open(FERRY_SAVE="manual")
    kernel.run("import asyncio\nasync def waits(): await asyncio.Event().wait()\ntask, loop = asyncio.create_task(waits()), asyncio.get_running_loop()", "cell-0")
    kernel.run("shown = [1, 2]\nshown", "cell-1")
    variables = kernel.magic("%checkpoint")["variables"]
    assert variables["task"]["way"] != "stored" and variables["shown"]["way"] == variables["loop"]["way"] == "stored"
    kernel.suspend()
    assert notebook.open().evaluate(["shown", "loop is __import__('asyncio').get_event_loop()"]) == ["[1, 2]", "True"]


UNASKED = """
def never_answers():
    import gc
    from kernelferry.session.session import Session
    session = next(o for o in gc.get_objects() if isinstance(o, Session))
    class Torn:
        def __getattr__(self, name, walker=session.walker):
            return getattr(walker, name)
        def holders(self, components, **options):
            return None
    session.walker = Torn()
never_answers(); del never_answers
import logging
logging.ferry_held = held = [1]
"""


def test_who_else_holds_a_variable_is_said_to_be_unknown_where_it_could_not_be_asked(notebook):
    kernel = notebook.open(FERRY_SAVE="manual")
    assert kernel.run(UNASKED, "cell-0").status == "ok"
    held = kernel.magic("%checkpoint")["variables"]["held"]
    assert held["way"] == "stored" and held["held_by"] == "something that threads did not let be named"


def test_a_save_has_no_warning_given_again(notebook):
    """Pickling that changes the filters for a while would."""
    kernel = notebook.open()
    (notebook.folder / "noisy_ferry.py").write_text("import warnings\ndef odd(n):\n    warnings.warn('odd colour')\n    return n\n")
    kernel.run("import noisy_ferry, warnings\nclass Quiet:\n    def __getstate__(self):\n        with warnings.catch_warnings(): return self.__dict__\n"
               "quiet = Quiet(); quiet.n = 1", "cell-0")
    assert "odd colour" in kernel.run("noisy_ferry.odd(1)", "cell-1").text
    kernel.magic("%checkpoint")
    assert kernel.run("noisy_ferry.odd(1)", "cell-2").outputs == [("execute_result", "1")]
