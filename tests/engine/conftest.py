"""Drives `python -m kernelferry.engine` directly, without a relay: one process a test module, or one a test."""
import contextlib
import json
import os
import pathlib
import queue
import sys
import time

import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from tests import ports

TIMEOUT = 120       # seconds until a missing message fails the test


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Keeps IPython's database and Jupyter's files of these tests away from the developer's."""
    root = tmp_path_factory.mktemp("home")
    names = {"IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "run", "JUPYTER_DATA_DIR": "data", "MPLCONFIGDIR": "mpl",
             "FERRY_HOME": "ferry"}
    before = {name: os.environ.get(name) for name in names}
    for name, folder in names.items():
        (root / folder).mkdir()
        os.environ[name] = str(root / folder)
    spec = root / "data" / "kernels" / "ferry-engine"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({
        "argv": [sys.executable, "-m", "kernelferry.engine", "-f", "{connection_file}"], "display_name": "engine",
        "language": "python", "interrupt_mode": "message"}))
    yield root
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


class Run:
    """What one execute_request caused."""

    def __init__(self, reply, messages):
        self.reply, self.messages = reply, messages
        self.status = reply["content"]["status"]
        self.content = reply["content"]

    def all(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def text(self, stream="stdout"):
        return "".join(c["text"] for c in self.all("stream") if c["name"] == stream)

    @property
    def result(self):
        found = self.all("execute_result")
        return found[-1]["data"]["text/plain"] if found else None


class Engine:
    """A running engine and a client of it."""

    def __init__(self, manager):
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        self.stray = []     # iopub messages that belong to another request than the one waited for

    @property
    def pid(self):
        return self.manager.provisioner.process.pid

    @property
    def exit_code(self):
        return self.manager.provisioner.process.poll()

    def send(self, code, **options):
        metadata = options.pop("metadata", None)
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                   "stop_on_error": True, **options}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def request(self, msg_type, content, channel="shell"):
        """Sends any request -> its reply."""
        message = self.client.session.msg(msg_type, content)
        getattr(self.client, channel + "_channel").send(message)
        return self.reply(message["header"]["msg_id"], channel)

    def reply(self, msg_id, channel="shell"):
        return self._until(getattr(self.client, channel + "_channel").get_msg, msg_id, lambda m: True)

    def _until(self, get, msg_id, is_it):
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                message = get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no answer in {TIMEOUT} s, engine {self.exit_code}") from None
            if message["parent_header"].get("msg_id") == msg_id and is_it(message):
                return message

    def finish(self, msg_id):
        """Waits for reply and idle of a request -> Run."""
        reply = self.reply(msg_id)
        messages = []
        deadline = time.monotonic() + TIMEOUT
        while True:
            message = self.iopub(deadline)
            if message["parent_header"].get("msg_id") != msg_id:
                self.stray.append(message)
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return Run(reply, messages)

    def iopub(self, deadline=None):
        wait = TIMEOUT if deadline is None else max(0.01, deadline - time.monotonic())
        try:
            return self.client.iopub_channel.get_msg(timeout=wait)
        except queue.Empty:
            raise AssertionError(f"nothing on iopub in {TIMEOUT} s, engine {self.exit_code}") from None

    def wait_for_text(self, text):
        """Until `text` was printed by anybody."""
        seen = ""
        while text not in seen:
            message = self.iopub()
            if message["msg_type"] == "stream":
                seen += message["content"]["text"]
            self.stray.append(message)
        return seen

    def run(self, code, **options):
        return self.finish(self.send(code, **options))

    def ok(self, code, **options):
        run = self.run(code, **options)
        assert run.status == "ok", run.content
        return run

    def interrupt(self):
        message = self.client.session.msg("interrupt_request", {})
        self.client.control_channel.send(message)
        return self.reply(message["header"]["msg_id"], "control")

    def wait_for_exit(self):
        return self.manager.provisioner.process.wait(timeout=TIMEOUT)


@contextlib.contextmanager
def running(arguments=(), env=None, transport="tcp", ip=None):
    manager = KernelManager(kernel_name="ferry-engine", transport=transport, kernel_spec_manager=KernelSpecManager())
    if transport == "tcp":
        ports.hold_for(manager)
    if ip:
        manager.ip = ip
    manager.extra_arguments = list(arguments)
    path = os.pathsep.join([str(pathlib.Path(__file__).parent / "fake_session"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, **(env or {})}
    manager.start_kernel(env=environment, extra_arguments=list(arguments))
    engine = None
    try:
        engine = Engine(manager)
        yield engine
    finally:
        if engine is not None:
            engine.client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="session")
def start_engine():
    """Context manager: an engine of the test's own."""
    return running


@pytest.fixture(scope="module")
def engine():
    """One engine for the tests of a module; each leaves it as it found it."""
    with running() as started:
        yield started
