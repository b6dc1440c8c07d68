"""The debugger of front ends, over debugpy."""

from tests.engine.conftest import TIMEOUT

HELLO = {"clientID": "test", "adapterID": "python", "pathFormat": "path", "linesStartAt1": True, "columnsStartAt1": True,
         "supportsVariableType": True, "locale": "en"}


class Client:
    def __init__(self, engine):
        self.engine, self.seq, self.seen = engine, 0, []

    def begin(self, command, **arguments):
        """Sends a request -> its id."""
        self.seq += 1
        request = self.engine.client.session.msg("debug_request", {"type": "request", "seq": self.seq, "command": command,
                                                                   "arguments": arguments})
        self.engine.client.control_channel.send(request)
        return request["header"]["msg_id"]

    def end(self, request):
        """The reply to it."""
        return self.engine.reply(request, "control")["content"]

    def ask(self, command, **arguments):
        return self.end(self.begin(command, **arguments))

    def __call__(self, command, **arguments):
        reply = self.ask(command, **arguments)
        assert reply["success"], reply
        return reply.get("body")

    def switch_on(self):
        self("initialize", **HELLO)
        self("attach")

    def switch_off(self):
        self("disconnect", restart=False, terminateDebuggee=False)

    def frame(self, thread):
        return self("stackTrace", threadId=thread)["stackFrames"][0]["id"]

    def stop_in(self, cell, line, **options):
        """Attaches and runs the cell until it stops in that line -> (its request, the thread that stopped)."""
        self.switch_on()
        path = self("dumpCell", code=cell)["sourcePath"]
        assert self("setBreakpoints", breakpoints=[{"line": line}], source={"path": path})["breakpoints"][0]["verified"]
        self("configurationDone")
        return self.engine.send(cell, **options), self.wait_for("stopped")["threadId"]

    def wait_for(self, event):
        while True:
            message = self.engine.iopub()
            self.seen.append(message)
            if message["msg_type"] == "debug_event" and message["content"]["event"] == event:
                return message["content"]["body"]


def test_breakpoint(start_engine):
    with start_engine() as engine:
        engine.ok("abc = 5")
        debug = Client(engine)
        debug.switch_on()
        cell = "def f(x):\n    y = x + 1\n    return y\nf(3)\n"
        path = debug("dumpCell", code=cell)["sourcePath"]
        assert debug("setBreakpoints", breakpoints=[{"line": 2}], source={"path": path})["breakpoints"][0]["verified"]
        debug("configurationDone")
        names = [v["name"] for v in debug("inspectVariables")["variables"]]
        assert "abc" in names and "_ih" not in names
        msg_id = engine.send(cell)
        thread = debug.wait_for("stopped")["threadId"]
        frame = debug("stackTrace", threadId=thread)["stackFrames"][0]
        assert (frame["name"], frame["line"], frame["source"]["path"]) == ("f", 2, path)
        scope = debug("scopes", frameId=frame["id"])["scopes"][0]
        told = debug("variables", variablesReference=scope["variablesReference"])["variables"]
        assert [(v["name"], v["value"]) for v in told] == [("x", "3")]
        debug("next", threadId=thread)
        assert debug.wait_for("stopped")["threadId"] == thread
        frame = debug("stackTrace", threadId=thread)["stackFrames"][0]
        assert frame["line"] == 3
        debug("continue", threadId=thread)
        run = engine.finish(msg_id)
        assert run.result == "4" and run.all("stream") == []    # the debugger does not talk into cells
        assert not [m for m in engine.stray + debug.seen if m["msg_type"] == "stream"]
        debug("disconnect", restart=False, terminateDebuggee=False)
        assert engine.ok("abc").result == "5"


CELL = "def f(x):\n    y = x + 1\n    return y\nf(3)\n"


def test_a_page_that_believes_in_another_engines_debugger_is_refused(start_engine):
    """Its engine has ended, and it goes on asking the next one."""
    with start_engine() as engine:
        debug = Client(engine)
        for command in ("inspectVariables", "variables", "stackTrace", "continue", "setBreakpoints", "evaluate"):
            reply = debug.ask(command, threadId=1)
            assert (reply["success"], reply["message"]) == (False, "the debugger is not attached") and reply["command"] == command
            assert reply["body"] == ({"variables": []} if "ariables" in command else {})    # what JupyterLab reads of a refusal, too
        debug("disconnect", restart=False)
        assert not debug("debugInfo")["isStarted"] and engine.ok("1 + 1").result == "2"


def test_an_interrupt_of_a_stopped_cell(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        cell, _ = debug.stop_in(CELL, 2)
        engine.interrupt()
        run = engine.finish(cell)
        assert run.status == "error" and run.content["ename"] == "KeyboardInterrupt"
        debug("disconnect", restart=False, terminateDebuggee=False)
        assert not debug.ask("inspectVariables")["success"] and engine.ok(CELL).result == "4"


def test_nothing_is_stopped_after_an_interrupt(start_engine):
    with start_engine() as engine:
        engine.ok("abc = 5")
        debug = Client(engine)
        cell, thread = debug.stop_in(CELL, 2)
        engine.interrupt()
        engine.finish(cell)
        assert debug("debugInfo")["stoppedThreads"] == [] and debug.ask("continue", threadId=thread)["message"] == "no thread is stopped"
        names = {v["name"]: v["variablesReference"] for v in debug("inspectVariables")["variables"]}
        assert "abc" in names
        debug.switch_off()


def test_the_end_of_the_debugger_lets_a_stopped_cell_go(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        cell, _ = debug.stop_in(CELL, 2)
        debug("disconnect", restart=False, terminateDebuggee=False)
        assert engine.finish(cell).result == "4" and engine.ok("f(1)").result == "2"


def test_what_would_never_be_answered_is_refused(start_engine):
    """debugpy says nothing to a `continue` while no thread is stopped."""
    with start_engine() as engine:
        debug = Client(engine)
        cell, thread = debug.stop_in(CELL, 2)
        debug("continue", threadId=thread)
        engine.finish(cell)
        for command in ("continue", "next", "stepIn", "stepOut"):
            reply = debug.ask(command, threadId=thread)
            assert (reply["success"], reply["message"]) == (False, "no thread is stopped")
        debug("disconnect", restart=False, terminateDebuggee=False)


def test_control_goes_on_while_the_debugger_waits(start_engine):
    """Here for an expression that takes an hour."""
    with start_engine() as engine:
        debug = Client(engine)
        cell, thread = debug.stop_in(CELL, 2)
        frame = debug("stackTrace", threadId=thread)["stackFrames"][0]["id"]
        hour = "print('begun'), __import__('time').sleep(3600)"
        request = debug.begin("evaluate", expression=hour, frameId=frame)
        engine.wait_for_text("begun")
        engine.request("kernel_info_request", {}, "control")
        engine.interrupt()
        reply = debug.end(request)
        assert "KeyboardInterrupt" in str(reply), reply
        debug("continue", threadId=thread)
        engine.finish(cell)


def test_an_engine_ends_although_its_debugger_waits(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        cell, _ = debug.stop_in(CELL, 2)
        engine.manager.provisioner.process.terminate()
        assert engine.wait_for_exit() == 0


def test_a_cell_is_dumped_before_anything_is_attached(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        path = debug("dumpCell", code=CELL)["sourcePath"]
        with open(path) as file:
            assert file.read() == CELL
        engine.ok(CELL)
        assert engine.ok("f.__code__.co_filename").result == repr(path)


def test_switched_on_and_off_many_times(start_engine):
    with start_engine() as engine:
        for _ in range(20):
            debug = Client(engine)
            cell, thread = debug.stop_in(CELL, 2)
            assert debug("debugInfo")["stoppedThreads"] == [thread]
            debug("continue", threadId=thread)
            assert engine.finish(cell).result == "4"
            debug.switch_off()
            assert engine.ok(CELL).result == "4"        # nothing stops in it


def test_what_a_front_end_shows_of_a_stopped_cell(start_engine):
    with start_engine() as engine:
        engine.ok("import types; table = types.SimpleNamespace(_repr_html_=lambda: '<b>7</b>')\n"
                  "class Long:\n    def _repr_html_(self): return 'long ' * 100_000\nlong, half = Long(), 'a\\ud800b'")
        debug = Client(engine)
        cell, thread = debug.stop_in(CELL, 2)
        frame = debug.frame(thread)
        assert [f["name"] for f in debug("stackTrace", threadId=thread)["stackFrames"]] == ["f", "<module>"]
        assert debug("richInspectVariables", variableName="x", frameId=frame)["data"] == {"text/plain": "3"}
        assert len(debug("richInspectVariables", variableName="long", frameId=frame)["data"]["text/html"]) == 500_000
        assert "a" in debug("evaluate", expression="half", frameId=frame, context="repl")["result"]
        debug("copyToGlobals", srcVariableName="x", dstVariableName="copied", srcFrameId=frame)
        assert not debug.ask("copyToGlobals", srcVariableName="x", dstVariableName="'", srcFrameId=frame)["success"]
        debug("continue", threadId=thread)
        engine.finish(cell)
        assert engine.ok("copied").result == "3"
        debug.switch_off()


def test_what_a_front_end_shows_while_nothing_is_stopped(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        path = debug("dumpCell", code=CELL)["sourcePath"]
        engine.ok(CELL + "class H:\n    def _repr_html_(self): return '<b>7</b>'\nh = H()")
        debug.switch_on()
        assert debug("richInspectVariables", variableName="h")["data"]["text/html"] == "<b>7</b>"
        assert debug("richInspectVariables", variableName="special variables")["data"] == {}
        assert "nothing" in debug.ask("richInspectVariables", variableName="nothing")["message"]
        assert debug("source", source={"path": path})["content"] == CELL
        assert not debug.ask("source", source={"path": "/nowhere"})["success"]
        assert any(m["name"] == "json" for m in debug("modules")["modules"])
        assert debug("initialize", **HELLO)["supportsSetVariable"] and debug.ask("attach")["success"]    # a second page
        debug("setBreakpoints", breakpoints=[{"line": 2, "condition": "x > 5"}], source={"path": path})
        assert debug("debugInfo")["breakpoints"] == [{"source": path, "breakpoints": [{"line": 2, "condition": "x > 5"}]}]
        debug("setBreakpoints", breakpoints=[], source={"path": path})
        assert debug("debugInfo")["breakpoints"] == []
        debug.switch_off()


def test_no_front_end_ends_the_kernel_by_its_debugger(start_engine):
    with start_engine() as engine:
        for command in ("disconnect", "terminate"):
            debug = Client(engine)
            debug.switch_on()
            debug(command, restart=False, terminateDebuggee=True)
            assert engine.ok("1 + 1").result == "2"


def test_a_running_cell_is_paused(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        debug.switch_on()
        cell = engine.send("n = 0\nprint('begun')\nwhile n >= 0: n += 1\n")
        engine.wait_for_text("begun")
        debug("pause", threadId=next(t["id"] for t in debug("threads")["threads"] if t["name"] == "MainThread"))
        thread = debug.wait_for("stopped")["threadId"]
        debug("evaluate", expression="globals().update(n=-9)", frameId=debug.frame(thread), context="repl")
        debug("continue", threadId=thread)
        assert engine.finish(cell).status == "ok"
        debug.switch_off()


def test_a_child_process_does_not_wait_for_a_debugger(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        debug.switch_on()
        run = engine.ok("import multiprocessing, subprocess, sys\nq = multiprocessing.Queue()\np = multiprocessing.Process(target=q.put, args=(5,)); p.start()\n"
                        "print(q.get()); p.join()\nprint(subprocess.check_output([sys.executable, '-c', 'print(6)'], text=True))")
        assert run.text().split() == ["5", "6"]
        debug.switch_off()


def test_an_interrupt_of_how_a_value_is_shown(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        debug.switch_on()
        engine.ok("class Slow:\n    def __repr__(self):\n        print('begun')\n        while True: pass\nslow = Slow()")
        request = debug.begin("richInspectVariables", variableName="slow")
        engine.wait_for_text("begun")
        engine.interrupt()
        assert "KeyboardInterrupt" in str(debug.end(request))
        cell, thread = debug.stop_in(CELL, 2)
        debug("continue", threadId=thread)
        assert engine.finish(cell).result == "4"
        debug.switch_off()


ENDLESS = "import os, threading\ndebugged = threading.Event()\nclass Endless:\n    def __repr__(self):\n        debugged.set()\n        while True: pass\nendless, other = Endless(), 5"


def test_a_value_in_the_panel_whose_text_never_ends(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        debug.switch_on()
        engine.ok(ENDLESS)
        for _ in range(3):
            engine.ok("debugged.clear()")
            request = debug.begin("inspectVariables")
            engine.ok("debugged.wait()")
            engine.interrupt()
            values = {v["name"]: v["value"] for v in debug.end(request)["body"]["variables"]}
            assert "Unable to get repr" in values["endless"] and values["other"] == "5"
            cell, thread = debug.stop_in(CELL, 2)
            debug("continue", threadId=thread)
            assert engine.finish(cell).result == "4"
        debug.switch_off()


BUSY = "ready = threading.Event()\ndef busy():\n    while True: step()\ndef step(): ready.set()\n"


def test_breakpoints_after_an_interrupt(start_engine):
    """One that comes within the debugger's own trace function, where most come while it is on."""
    with start_engine() as engine:
        debug = Client(engine)
        debug.switch_on()
        engine.ok(f"import sys, threading\n{BUSY}")
        for _ in range(20):
            cell = engine.send("print(1); busy()")
            while engine.iopub()["msg_type"] != "stream":
                pass
            engine.interrupt()
            assert engine.finish(cell).content["ename"] == "KeyboardInterrupt"
            cell, thread = debug.stop_in(CELL, 2)
            debug("continue", threadId=thread)
            assert engine.finish(cell).result == "4"
        debug.switch_off()


def test_cells_are_traced_no_more_when_nobody_debugs(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        for _ in range(2):
            cell, thread = debug.stop_in(CELL, 2)
            debug("continue", threadId=thread)
            assert engine.finish(cell).result == "4"
            debug.switch_off()
            while engine.ok("import sys; sys.gettrace()").result is not None:   # debugpy may be about to hear of it
                pass


def test_input_while_a_cell_is_stopped(start_engine):
    with start_engine() as engine:
        debug = Client(engine)
        cell, thread = debug.stop_in(CELL, 2, allow_stdin=True)
        request = debug.begin("evaluate", expression="input('? ')", frameId=debug.frame(thread), context="repl")
        assert engine.client.get_stdin_msg(timeout=TIMEOUT)["content"]["prompt"] == "? "
        assert debug("threads")
        engine.client.input("five")
        assert debug.end(request)["body"]["result"] == "'five'"
        debug("continue", threadId=thread)
        assert engine.finish(cell).result == "4"
        debug.switch_off()
