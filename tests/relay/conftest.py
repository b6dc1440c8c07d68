"""A relay under test, with ipykernel in the engine's place (stand_in/), and front ends that talk to it."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import kernelferry
import pytest
import zmq
from jupyter_client import BlockingKernelClient, write_connection_file
from jupyter_client.session import Session

from tests.ports import CHANNELS, Port

RELAY = pathlib.Path(kernelferry.__file__).parent / "bin" / "ferry-relay"
STAND_IN = pathlib.Path(__file__).parent / "stand_in"
PATIENCE = 60  # seconds until a test says that something never came


class Front(BlockingKernelClient):
    """A client whose messages can be read channel by channel."""

    def shell_reply(self, msg_id, timeout=PATIENCE):
        while True:
            reply = self.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == msg_id:
                return reply

    def control_reply(self, msg_id, timeout=PATIENCE):
        while True:
            reply = self.get_control_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == msg_id:
                return reply

    def until_idle(self, msg_id, timeout=PATIENCE):
        """The iopub messages of one request, the last being its idle status."""
        found = []
        while True:
            message = self.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == msg_id:
                found.append(message)
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    return found

    def until(self, msg_type, timeout=PATIENCE):
        while True:
            message = self.get_iopub_msg(timeout=timeout)
            if message["msg_type"] == msg_type:
                return message

    def until_status(self, state, timeout=PATIENCE):
        while True:
            message = self.until("status", timeout)
            if message["content"]["execution_state"] == state:
                return message

    def run(self, code, **kw):
        """Executes; -> (content of the reply, iopub messages)."""
        msg_id = self.execute(code, **kw)
        messages = self.until_idle(msg_id)
        return self.shell_reply(msg_id)["content"], messages

    def value(self, expression):
        content, _ = self.run("", user_expressions={"x": expression})
        return content["user_expressions"]["x"]["data"]["text/plain"]

    def ask_control(self, msg_type, **content):
        message = self.session.msg(msg_type, content)
        self.control_channel.send(message)
        return message["header"]["msg_id"]


class Relay:
    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.notes_file = folder / "notes"
        self.file = str(folder / "kernel-test.json")
        self.fronts = []
        self.process = None
        self.env = {**os.environ, "PYTHONPATH": str(STAND_IN), "RELAY_TEST_NOTES": str(self.notes_file),
                    "XDG_RUNTIME_DIR": str(folder / "run"), "FERRY_HOME": str(folder / "home"), "IPYTHONDIR": str(folder / "ipython")}
        for name in ("JPY_SESSION_NAME", "JPY_PARENT_PID", "PYTHONHASHSEED"):
            self.env.pop(name, None)
        (folder / "run").mkdir(mode=0o700)
        self.ports = {f"{channel}_port": Port() for channel in CHANNELS}
        write_connection_file(self.file, key=b"a key of this test", **{name: port.number for name, port in self.ports.items()})
        self.connection = json.loads(pathlib.Path(self.file).read_text())

    def start(self, python=sys.executable, wrapper=(), **env):
        self.log = open(self.folder / "relay.log", "ab")
        self.process = subprocess.Popen([*wrapper, str(RELAY), "--connection", self.file, "--python", python],
                                        env={**self.env, **env}, stderr=self.log, start_new_session=True)
        return self

    def front(self, ready=True, **kw):
        client = Front(connection_file=self.file, **kw)
        client.load_connection_file()
        client.start_channels()
        self.fronts.append(client)
        if ready:
            client.wait_for_ready(timeout=PATIENCE)
        else:  # subscribed, so that no output is missed
            client.until("iopub_welcome")
        return client

    def raw(self, kind, port, **options):
        socket = zmq.Context.instance().socket(kind)
        socket.linger = 0
        for name, value in options.items():
            setattr(socket, name, value)
        socket.connect(f"tcp://{self.connection['ip']}:{self.connection[port]}")
        return socket

    @property
    def session(self):
        return Session(key=self.connection["key"].encode())

    def notes(self, event="start"):
        text = self.notes_file.read_text() if self.notes_file.exists() else ""
        return [entry for entry in map(json.loads, text.splitlines()) if entry["event"] == event]

    def engine(self):
        return self.notes()[-1]["pid"]

    def log_text(self):
        return (self.folder / "relay.log").read_text()

    def wait(self, timeout=PATIENCE):
        return self.process.wait(timeout)


def ended(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends while it is read
        return True


def wait_until(condition, what):
    """Polls something that sends no event; fails loudly instead of waiting for ever."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@pytest.fixture
def relay(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("r")
    relay = Relay(folder, monkeypatch)
    yield relay
    for client in relay.fronts:
        client.stop_channels()
    engines = {note["pid"] for note in relay.notes()}
    if relay.process and relay.process.poll() is None:
        relay.process.send_signal(signal.SIGSTOP)  # starts no engine after these
        engines |= {int(pid) for pid in pathlib.Path(f"/proc/{relay.process.pid}/task/{relay.process.pid}/children").read_text().split()}
        relay.process.kill()
        relay.process.wait()
    for engine in engines:
        try:
            os.kill(engine, signal.SIGCONT)
            os.killpg(engine, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
