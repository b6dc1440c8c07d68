"""The debugger in a session that came back: breakpoints are set by the path of a cell, which an earlier engine may have compiled."""

import time

from tests.client import START_SECONDS
from tests.engine.test_debugger import Client

CELL = "def twice(x):\n    y = x * 2\n    return y\n"


class Debugger(Client):
    """Of a kernel behind its relay."""

    def ask(self, command, **arguments):
        self.seq += 1
        return self.engine.control("debug_request", type="request", seq=self.seq, command=command, arguments=arguments)

    def wait_for(self, event):
        deadline = time.monotonic() + START_SECONDS
        while True:
            message = self.engine.client.get_iopub_msg(timeout=max(0.0, deadline - time.monotonic()))
            if message["msg_type"] == "debug_event" and message["content"]["event"] == event:
                return message["content"]["body"]


def test_a_breakpoint_is_hit_in_a_function_that_came_back(notebook):
    first = notebook.open()
    first.run(CELL)
    first.suspend()
    kernel = notebook.open()
    assert kernel.evaluate(["twice.__name__"]) == ["'twice'"]
    debug = Debugger(kernel)
    debug.switch_on()
    path = debug("dumpCell", code=CELL)["sourcePath"]
    assert debug("setBreakpoints", breakpoints=[{"line": 2}], source={"path": path})["breakpoints"][0]["verified"]
    debug("configurationDone")
    running = kernel.send("twice(4)")
    thread = debug.wait_for("stopped")["threadId"]
    frame = debug("stackTrace", threadId=thread)["stackFrames"][0]
    assert (frame["name"], frame["line"], frame["source"]["path"]) == ("twice", 2, path)
    debug("continue", threadId=thread)
    assert kernel.collect(running).outputs[-1] == ("execute_result", "8")
