"""A kernel under the clock: started by jupyter_client, spoken to over raw sockets, so that the client costs little."""

import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import zmq
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session


class Timed:
    """One running kernel and a DEALER on its shell channel; iopub is drained between measurements."""

    def __init__(self, manager):
        self.manager = manager
        info = manager.get_connection_info()
        self.session = Session(key=info["key"], signature_scheme=info["signature_scheme"])
        context = self.context = zmq.Context()
        self.shell, self.iopub = context.socket(zmq.DEALER), context.socket(zmq.SUB)
        self.iopub.subscribe(b"")
        self.iopub.rcvhwm = 0
        self.shell.connect(f"tcp://{info['ip']}:{info['shell_port']}")
        self.iopub.connect(f"tcp://{info['ip']}:{info['iopub_port']}")

    def close(self):
        self.context.destroy(linger=0)

    def send(self, code, **content):
        """Sends the cell and returns at once; reply() waits for its reply."""
        message = self.session.msg("execute_request", {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                                                       "allow_stdin": False, "stop_on_error": True, **content})
        self.sent = message["header"]["msg_id"]
        wire = self.session.serialize(message)
        begun = time.perf_counter()
        self.shell.send_multipart(wire)
        return begun

    def ask(self, code, timeout=120, **content):
        """(reply content, seconds from send to reply)."""
        begun = self.send(code, **content)
        reply = self.reply(timeout)
        return reply, time.perf_counter() - begun

    def reply(self, timeout=120):
        """Content of the reply to what was sent last."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.shell.poll(1000):
                parts = self.shell.recv_multipart()
                now = self.session.deserialize(self.session.feed_identities(parts)[1])
                if now["parent_header"].get("msg_id") == self.sent:
                    return now["content"]
            if not self.manager.is_alive():
                break
        raise RuntimeError("the kernel gave no reply")

    def run(self, code, timeout=120):
        """The reply; raises where the cell failed."""
        reply, seconds = self.ask(code, timeout)
        if reply["status"] != "ok":
            raise RuntimeError(f"{reply.get('ename')}: {reply.get('evalue')}\n" + "\n".join(reply.get("traceback", [])))
        self.drain()
        return seconds

    def value(self, expression):
        """A number or text, evaluated in the kernel."""
        reply, _ = self.ask("", user_expressions={"v": expression}, store_history=False, silent=True)
        import ast
        return ast.literal_eval(reply["user_expressions"]["v"]["data"]["text/plain"])

    def drain(self):
        while self.iopub.poll(0):
            self.iopub.recv_multipart()

    def median(self, code, times, rest=0.0, **content):
        """Median seconds from send to reply."""
        found = []
        for _ in range(times):
            found.append(self.ask(code, **content)[1])
            self.drain()
            if rest:
                time.sleep(rest)  # lets idle work start; what is measured is the next request
        return statistics.median(found)


@contextlib.contextmanager
def running(kernel, **environment):
    """A started kernel that has answered its first cell. Yields (Timed, seconds from start to that answer)."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as home:
        env = {**os.environ, "FERRY_HOME": str(Path(home) / "store"), **environment}
        manager = KernelManager(kernel_name=kernel)
        begun = time.perf_counter()
        manager.start_kernel(env=env, cwd=home)
        timed = Timed(manager)
        try:
            timed.run("1+1")
            yield timed, time.perf_counter() - begun
        finally:
            timed.close()
            manager.shutdown_kernel(now=False)
