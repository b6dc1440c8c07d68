"""A Ferry kernel as a front end sees it: started by its kernelspec, spoken to over the Jupyter protocol.

One `Kernel` is one relay with its engine, in a store, a notebook and a folder of its own. Tests, the demo and the
stress runs use it. Each object belongs to one thread.
"""

from __future__ import annotations

import ast
import json
import os
import queue
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from jupyter_client import KernelManager

from tests import ports, processes

KERNEL = "ferry"
CELL_SECONDS = 300
START_SECONDS = 180
FINGERPRINTS = "__import__('json').dumps(__import__('kernelferry.session', fromlist=['*']).fingerprints())"


class KernelGone(Exception):
    """The kernel did not answer in time, or died."""


@dataclass
class Answer:
    """What one execute request brought: its reply and everything that was displayed."""

    status: str
    error: str = ""
    outputs: list[tuple[str, str]] = field(default_factory=list)
    bundles: list[dict] = field(default_factory=list)
    updates: list[tuple[str, dict, list[int]]] = field(default_factory=list)  # what changes a display or a widget: type, content, sizes of buffers
    expressions: dict = field(default_factory=dict)
    execution_count: int | None = None
    traceback: str = ""  # of the reply, as a person reads it

    @property
    def text(self) -> str:
        """The outputs as a person reads them, without what differs between any two processes."""
        return normalised("".join(f"[{kind}] {text.rstrip()}\n" for kind, text in self.outputs))


def normalised(text: str) -> str:
    """Text without addresses, the colours of tracebacks, and the process in the file names of cells."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0x...", text)
    return re.sub(r"/ipykernel_ferry_\d+/", "/ipykernel_ferry_.../", text)


def streams_apart(displayed: list[tuple]) -> tuple[dict[str, str], list[tuple]]:
    """Of what a cell displayed, as pairs of kind and content: the text of each stream, and the rest in its order. How the streams
    fall among each other and among the rest depends on the moment."""
    streams = {name: "".join(text for kind, text in displayed if kind == name) for name in ("stdout", "stderr")}
    return streams, [(kind, content) for kind, content in displayed if kind not in streams]


class Kernel:
    def __init__(self, home: Path, notebook: Path | None, folder: Path, kernel: str = KERNEL, **environment: str):
        """Starts the kernel. home: the store; notebook: the path that the front end tells, or None (anonymous)."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("FERRY_", "JPY_", "PYTHON"))}
        mine = {"FERRY_HOME": str(home), "IPYTHONDIR": str(Path(home).parent / "ipython"), "OMP_NUM_THREADS": "1", "FERRY_LEASE": "60"}
        if notebook is not None:
            mine["JPY_SESSION_NAME"] = str(notebook)
        self.manager = KernelManager(kernel_name=kernel)
        ports.hold_for(self.manager)
        self.manager.start_kernel(cwd=str(folder), env=inherited | mine | environment)
        self.relay = psutil.Process(self.manager.provisioner.pid)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=START_SECONDS)
            # It may have asked more than once: what comes after this reply is asked for by whoever has the kernel.
            self._reply(self.client.get_shell_msg, self.client.kernel_info(), time.monotonic() + START_SECONDS)
        except (RuntimeError, KernelGone) as error:
            self.kill()
            raise KernelGone(f"the kernel did not start: {error}") from None

    # ---- requests ----------------------------------------------------------------------------------------------

    def send(self, source: str, cell_id: str | None = None, silent=False, store_history=True, expressions=None, allow_stdin=False) -> str:
        """Sends an execute request and returns its id."""
        content = {
            "code": source,
            "silent": silent,
            "store_history": store_history and not silent,
            "user_expressions": expressions or {},
            "allow_stdin": allow_stdin,
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def collect(self, request: str, seconds: float = CELL_SECONDS) -> Answer:
        """Waits for the reply to a request and for the idle status after it."""
        answer = Answer("")
        deadline = time.monotonic() + seconds
        while self._displayed(request, answer, deadline):
            pass
        reply = self._reply(self.client.get_shell_msg, request, deadline)
        answer.status = reply["status"]
        answer.execution_count = reply.get("execution_count")
        answer.expressions = reply.get("user_expressions", {})
        if reply["status"] == "error":
            answer.error = f"{reply.get('ename')}: {reply.get('evalue')}"
            answer.traceback = normalised("\n".join(reply.get("traceback", [])))
        return answer

    def run(self, source: str, cell_id: str | None = None, seconds: float = CELL_SECONDS, **options) -> Answer:
        return self.collect(self.send(source, cell_id, **options), seconds)

    def talk(self, source: str, *answers: str | None) -> tuple[list[dict], Answer]:
        """Runs a cell that asks; None instead of an answer interrupts it. Returns the contents of its questions, and what it brought."""
        request, questions = self.send(source, allow_stdin=True), []
        for text in answers:
            deadline = time.monotonic() + START_SECONDS
            questions.append(self._message(self.client.get_stdin_msg, deadline)["content"])
            if text is None:
                self.manager.interrupt_kernel()
            else:
                self.client.input(text)
        return questions, self.collect(request)

    def magic(self, line: str) -> dict:
        """Runs one of Ferry's magics with --json, outside the history, and returns its object."""
        answer = self.run(f"{line} --json", store_history=False)
        objects = [bundle["application/json"] for bundle in answer.bundles if "application/json" in bundle]
        if len(objects) != 1:
            raise AssertionError(f"{line} displayed {len(objects)} JSON objects: {answer.error} {answer.text}")
        return objects[0]

    def evaluate(self, expressions: list[str]) -> list[str]:
        """The text of each expression's value, or "raised NAME". Leaves no trace in the session's history."""
        named = {str(i): expression for i, expression in enumerate(expressions)}
        values = self.run("", silent=True, expressions=named).expressions
        missing = {"status": "error", "ename": "nothing: no answer"}
        return [_value_text(values.get(name, missing)) for name in named]

    def fingerprints(self) -> dict[str, tuple[str, str]]:
        """Portable fingerprint and opaque part of every name of the user's."""
        text = self.evaluate([FINGERPRINTS])[0]
        if text.startswith("raised"):
            raise AssertionError(f"fingerprints: {text}")
        return {name: tuple(pair) for name, pair in json.loads(ast.literal_eval(text)).items()}

    def control(self, kind: str, seconds: float = 60, **content) -> dict:
        """A request of ours on the control channel; the content of its reply."""
        message = self.client.session.msg(kind, {"v": 1, "epoch": 0} | content)
        self.client.control_channel.send(message)
        deadline = time.monotonic() + seconds
        return self._reply(self.client.get_control_msg, message["header"]["msg_id"], deadline)

    def wait_for_output(self, request: str, text: str, seconds: float = CELL_SECONDS) -> None:
        """Waits until a running request has printed a text."""
        deadline = time.monotonic() + seconds
        answer = Answer("")
        while not any(text in printed for _, printed in answer.outputs):
            if not self._displayed(request, answer, deadline):
                raise AssertionError(f"the cell ended without printing {text!r}: {answer.text}")

    def _displayed(self, request: str, answer: Answer, deadline: float) -> bool:
        """Takes one message of iopub into the answer; False when it was the request's idle status."""
        message = self._message(self.client.get_iopub_msg, deadline)
        if message["parent_header"].get("msg_id") != request:
            return True
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            if answer.outputs and answer.outputs[-1][0] == content["name"]:
                content["text"] = answer.outputs.pop()[1] + content["text"]
            answer.outputs.append((content["name"], content["text"]))
        elif kind in ("execute_result", "display_data"):
            answer.bundles.append(content["data"])
            answer.outputs.append((kind, content["data"].get("text/plain", "")))
        elif kind == "error":
            answer.outputs.append(("error", f"{content['ename']}: {content['evalue']}"))
        elif kind.startswith("comm_") or kind in ("update_display_data", "clear_output"):
            answer.updates.append((kind, content, [len(buffer) for buffer in message["buffers"]]))
        return not (kind == "status" and content["execution_state"] == "idle")

    def _reply(self, receive, request: str, deadline: float) -> dict:
        while True:
            message = self._message(receive, deadline)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def _message(self, receive, deadline: float) -> dict:
        gone = False
        while True:
            left = deadline - time.monotonic()
            try:
                return receive(timeout=max(0.0, min(left, 1.0)))
            except queue.Empty:
                if left <= 0:
                    raise KernelGone("no answer in time") from None
                if gone:  # and what it said last has not come
                    status = self.manager.provisioner.process.returncode
                    raise KernelGone(f"{self.manager.kernel_name} is gone: it ended with {status}") from None
                gone = not self.manager.is_alive()

    # ---- processes ---------------------------------------------------------------------------------------------

    def restart(self, now: bool) -> None:
        """Restarts the kernel as its manager does; returns when the client hears the new relay.

        The sockets of a client connect again one by one. A request that the new relay has got already may be answered
        before iopub listens, and nobody tells; so this asks until one answer is heard there, as servers and `wait_for_ready` do.
        """
        self.manager.restart_kernel(now=now)
        self.relay = psutil.Process(self.manager.provisioner.pid)
        deadline = time.monotonic() + START_SECONDS
        while not self._heard(self.client.kernel_info()):
            if time.monotonic() > deadline:
                raise KernelGone("the kernel did not start again in time")

    def _heard(self, request: str) -> bool:
        """Whether a message on iopub about the request arrives within a second."""
        deadline = time.monotonic() + 1.0
        while (left := deadline - time.monotonic()) > 0:
            try:
                if self.client.get_iopub_msg(timeout=left)["parent_header"].get("msg_id") == request:
                    return True
            except queue.Empty:
                return False
        return False

    def processes(self) -> list[psutil.Process]:
        """The relay and everything it started that lives."""
        try:
            return [self.relay, *self.relay.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def suspend(self, seconds: float = 60) -> None:
        """Shuts the kernel down as a front end does that closes; returns when relay and engine have ended."""
        mine = self.processes()
        self.client.shutdown(restart=False)
        alive = processes.still_alive(*mine, seconds=seconds)
        self._end(alive)
        if alive:
            raise KernelGone(f"not ended {seconds} s after the shutdown request: {alive}")

    def kill(self) -> None:
        """SIGKILL to relay and engine."""
        self._end(self.processes())

    def _end(self, mine: list[psutil.Process]) -> None:
        processes.kill(*mine)
        processes.still_alive(*mine, seconds=10)
        if hasattr(self, "client"):
            self.client.stop_channels()
        self.manager.cleanup_resources()
        if self.manager.provisioner and self.manager.provisioner.process:
            self.manager.provisioner.process.wait()


def _value_text(value: dict) -> str:
    if value["status"] == "ok":
        return value["data"]["text/plain"]
    return f"raised {value['ename']}"
