"""xeus-python's debugger on our server, over debugpy."""


class Client:
    def __init__(self, engine):
        self.engine, self.seq, self.seen = engine, 0, []

    def __call__(self, command, **arguments):
        self.seq += 1
        reply = self.engine.request("debug_request", {"type": "request", "seq": self.seq, "command": command,
                                                      "arguments": arguments}, "control")["content"]
        assert reply["success"], reply
        return reply.get("body")

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
