"""xeus-python's debugger on our server, over debugpy."""


class Client:
    def __init__(self, engine):
        self.engine, self.seq, self.seen = engine, 0, []

    def ask(self, command, **arguments):
        self.seq += 1
        return self.engine.request("debug_request", {"type": "request", "seq": self.seq, "command": command,
                                                     "arguments": arguments}, "control")["content"]

    def __call__(self, command, **arguments):
        reply = self.ask(command, **arguments)
        assert reply["success"], reply
        return reply.get("body")

    def stop_in(self, cell, line):
        """Attaches and runs the cell until it stops in that line -> (its request, the thread that stopped)."""
        self("initialize", clientID="test", adapterID="python", pathFormat="path", linesStartAt1=True, columnsStartAt1=True,
             supportsVariableType=True, locale="en")
        self("attach")
        path = self("dumpCell", code=cell)["sourcePath"]
        assert self("setBreakpoints", breakpoints=[{"line": line}], source={"path": path})["breakpoints"][0]["verified"]
        self("configurationDone")
        return self.engine.send(cell), self.wait_for("stopped")["threadId"]

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
        debug("initialize", clientID="test", adapterID="python", pathFormat="path", linesStartAt1=True, columnsStartAt1=True,
              supportsVariableType=True, locale="en")
        debug("attach")
        cell = "def f(x):\n    y = x + 1\n    return y\nf(3)\n"
        path = debug("dumpCell", code=cell)["sourcePath"]
        assert debug("setBreakpoints", breakpoints=[{"line": 2}], source={"path": path})["breakpoints"][0]["verified"]
        debug("configurationDone")
        assert "abc" in [v["name"] for v in debug("inspectVariables")["variables"]]
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
        request = engine.client.session.msg("debug_request", {"type": "request", "seq": 99, "command": "evaluate",
                                                              "arguments": {"expression": hour, "frameId": frame}})
        engine.client.control_channel.send(request)
        engine.wait_for_text("begun")
        engine.request("kernel_info_request", {}, "control")
        engine.interrupt()
        reply = engine.reply(request["header"]["msg_id"], "control")["content"]
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
