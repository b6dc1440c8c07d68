"""A real Jupyter server: idle kernels are culled, it stops, it crashes, it starts again; two tabs use one kernel."""

import contextlib
import json
import os
import signal
import sys
import time
import urllib.request
import uuid

import psutil
import pytest
import websocket

from tests.processes import still_alive

PATIENCE = 180  # seconds: a server takes more than a minute to start where others have the processors


class Server:
    def __init__(self, folder, *options):
        self.folder, self.tabs = folder, []
        (folder / "home").mkdir(exist_ok=True)
        places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run", "IPYTHONDIR": "ipython", "FERRY_HOME": "store"}
        kept = {k: v for k, v in os.environ.items() if k == "JUPYTER_PATH" or not k.startswith(("FERRY_", "JPY_", "JUPYTER_"))}
        self.log = open(folder / "server.log", "a")
        self.process = psutil.Popen([sys.executable, "-m", "jupyter_server", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root",
                                     "--IdentityProvider.token=t", f"--ServerApp.root_dir={folder / 'home'}", *options],
                                    env=kept | {name: str(folder / place) for name, place in places.items()}, stdout=self.log, stderr=self.log)
        self.url = until(self._url, "the server does not start")

    def _url(self):
        try:
            url = json.loads((self.folder / "run" / f"jpserver-{self.process.pid}.json").read_text())["url"]
            urllib.request.urlopen(f"{url}api/status?token=t", timeout=10).close()
            return url
        except (OSError, ValueError):
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            return None

    def ask(self, where, **content):
        request = urllib.request.Request(f"{self.url}api/{where}", headers={"Authorization": "token t", "Content-Type": "application/json"},
                                         data=json.dumps(content).encode() if content else None)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def open(self, path="n.ipynb"):
        """A notebook is opened: its kernel starts, or is found."""
        file = self.folder / "home" / path
        if not file.exists():
            cells = [{"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "source": "", "outputs": [], "execution_count": None} for i in range(3)]
            file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return self.ask("sessions", path=path, name=path, type="notebook", kernel={"name": "ferry"})["kernel"]["id"]

    def tab(self, kernel):
        self.tabs.append(Tab(self, kernel))
        return self.tabs[-1]

    def relays(self):
        return [p for p in self.process.children() if "ferry-relay" in p.name()]

    def end(self, number):
        for tab in self.tabs:
            tab.socket.close()
        with contextlib.suppress(psutil.NoSuchProcess):
            self.process.send_signal(number)
        still_alive(self.process, seconds=PATIENCE)


class Tab:
    """One page with a notebook."""

    def __init__(self, server, kernel):
        self.session = uuid.uuid4().hex
        url = f"{server.url.replace('http', 'ws')}api/kernels/{kernel}/channels?session_id={self.session}&token=t"
        self.socket = websocket.create_connection(url, timeout=PATIENCE)
        self.seen = []

    def send(self, code, cell="cell-0"):
        header = {"msg_id": uuid.uuid4().hex, "session": self.session, "username": "u", "date": "2020-01-01T00:00:00Z", "msg_type": "execute_request", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        self.socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {"cellId": cell}, "content": content, "channel": "shell"}))
        return header["msg_id"]

    def receive(self):
        message = json.loads(self.socket.recv())
        self.seen.append(message)
        return message

    def until(self, msg_id, text=None):
        """Text that a request showed, up to its reply and idle status, or until it shows `text`."""
        shown, replied, idle = "", False, False
        while not (replied and idle):
            message = self.receive()
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            content = message["content"]
            shown += content.get("text") or content.get("data", {}).get("text/plain", "")
            replied |= message["channel"] == "shell"
            idle |= content.get("execution_state") == "idle"
            if text is not None and text in shown:
                break
        return shown

    def run(self, code, cell="cell-0"):
        return self.until(self.send(code, cell))


def until(what, complaint):
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, complaint
        time.sleep(0.1)
    return found


@pytest.fixture
def start(tmp_path):
    servers = []

    def run(*options):
        servers.append(Server(tmp_path, *options))
        return servers[-1]

    yield run
    for server in servers:
        left = server.process.children(recursive=True) if server.process.is_running() else []
        server.end(signal.SIGKILL)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_a_culled_kernel_is_back_when_its_notebook_is_opened_again(start):
    server = start("--MappingKernelManager.cull_idle_timeout=2", "--MappingKernelManager.cull_interval=1", "--MappingKernelManager.cull_connected=True")
    kernel = server.open()
    server.tab(kernel).run("a = {'x': [1]}; b = a['x']")
    (relay,) = server.relays()
    until(lambda: not server.ask("kernels"), "the kernel was never culled")
    assert not still_alive(relay, seconds=PATIENCE)
    server.ask("sessions")  # forgets the one whose kernel is gone
    shown = server.tab(server.open()).run("b.append(2); a")
    assert "{'x': [1, 2]}" in shown and "2 of 2 variables back" in shown


def test_a_server_that_stops_and_starts_again_has_the_session_and_two_tabs_share_it(start):
    server = start()
    server.tab(server.open()).run("a = [1]")
    (relay,) = server.relays()
    server.end(signal.SIGTERM)
    assert not still_alive(relay, seconds=PATIENCE)
    server = start()
    kernel = server.open()
    one, two = server.tab(kernel), server.tab(kernel)
    assert "1 of 1 variables back" in one.run("a.append(2)")
    asked = two.send("a", "cell-1")
    assert two.until(asked) == "[1, 2]"  # told in the first tab, and no second time
    while not any(m["parent_header"].get("msg_id") == asked and m["msg_type"] == "execute_result" for m in one.seen):
        one.receive()  # both tabs see what is shown
    assert all(m["parent_header"]["session"] == one.session for m in one.seen if m["channel"] == "shell")


def test_a_server_that_crashes_leaves_the_cell_running_and_the_next_one_goes_on_with_it(start, tmp_path):
    server = start()
    tab = server.tab(server.open())
    tab.run("a = [1]")
    tab.until(tab.send("import os, time\nprint('on', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\na.append(2); print('done')"), "on")
    (relay,) = server.relays()
    (engine,) = relay.children()
    server.end(signal.SIGKILL)
    assert not still_alive(relay, seconds=PATIENCE)
    assert engine.is_running()
    server = start()
    tab = server.tab(server.open())
    asked = tab.send("a", "cell-1")
    (tmp_path / "home" / "go").touch()
    shown = tab.until(asked)
    assert engine.is_running()
    assert "Cell [2] went on while no front end was there" in shown and "done" in shown and shown.endswith("[1, 2]")
    engine.terminate()
