"""JupyterLab as a person uses it: a server of its own, and its page in Debian's Chromium."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests import processes
from tests.ports import Port

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SLOW = 180_000  # milliseconds that a step may take on a loaded machine
expect.set_options(timeout=SLOW)


class Server:
    """A Jupyter server with folders of its own: nothing of the user's is read or written."""

    def __init__(self, folder: Path, port: Port | None = None, **tracker):
        """port: that of a server that has ended, so that a page which is still open finds this one; tracker: settings of notebooks."""
        self.port = port or Port()
        self.folder, self.notebooks = folder, folder / "notebooks"
        self.notebooks.mkdir(exist_ok=True)
        settings = folder / "config" / "labconfig"
        settings.mkdir(parents=True, exist_ok=True)
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (settings / "page_config.json").write_text(json.dumps(news))
        quiet = {"@jupyterlab/docmanager-extension:plugin": {"renameUntitledFileOnSave": False},  # no question on the first save
                 "@jupyterlab/notebook-extension:tracker": tracker}
        (settings / "default_setting_overrides.json").write_text(json.dumps(quiet))
        mine = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run", "IPYTHONDIR": "ipython"}
        mine["FERRY_HOME"] = "ferry"
        foreign = ("FERRY_", "JPY_", "JUPYTER_")  # but JUPYTER_PATH: there the kernel under test may be registered
        inherited = {k: v for k, v in os.environ.items() if k == "JUPYTER_PATH" or not k.startswith(foreign)}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={self.port.number}", "--allow-root"]
        self.log = (folder / "server.log").open("a")
        self.process = psutil.Popen(
            [*command, "--IdentityProvider.token=t", f"--ServerApp.root_dir={self.notebooks}"],
            env=inherited | {name: str(folder / path) for name, path in mine.items()},
            stdout=self.log,
            stderr=self.log,
        )
        self.url = self._wait_for_url()

    def _wait_for_url(self) -> str:
        """The server writes a file with its port when it listens."""
        info = self.folder / "run" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + SLOW / 1000
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                url = json.loads(info.read_text())["url"]
                urllib.request.urlopen(f"{url}api/status?token=t", timeout=10).close()
                return url
            except (OSError, ValueError, urllib.error.URLError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def kernels(self) -> list[psutil.Process]:
        """Relays and engines; none once the server was killed."""
        return processes.below(self.process.pid)

    def stop(self) -> None:
        """As an administrator does: the server shuts its kernels down."""
        self.process.terminate()
        assert processes.still_alive(self.process) == [], (self.folder / "server.log").read_text()[-2000:]

    def kill(self) -> None:
        """SIGKILL to the server and everything it started."""
        mine = [*self.kernels(), self.process]
        processes.kill(*mine)
        processes.still_alive(*mine, seconds=30)
        self.log.close()


@contextmanager
def browser():
    """A page of Chromium. `page.problems`: what the browser's console calls errors."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        page.set_default_timeout(SLOW)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        chromium.close()


class Notebook:
    """The visible notebook of a page."""

    def __init__(self, page: Page):
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    @classmethod
    def new(cls, page: Page, server: Server, kernel: str) -> Notebook:
        """From the launcher's card."""
        page.goto(f"{server.url}lab?token=t&reset")
        page.locator(f'.jp-LauncherCard[data-category="Notebook"][title="{kernel}"]').click()
        return cls(page).wait_ready(kernel)

    @classmethod
    def open(cls, page: Page, server: Server, name: str, kernel: str) -> Notebook:
        page.goto(f"{server.url}lab/tree/{name}?token=t&reset")
        return cls(page).wait_ready(kernel)

    def wait_ready(self, kernel: str) -> Notebook:
        # The name comes first: before it is there, the indicator already says idle.
        expect(self.panel.locator(".jp-KernelName")).to_have_text(kernel)
        return self.wait_idle()

    def wait_idle(self) -> Notebook:
        expect(self.panel.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")
        return self

    def run(self, source: str) -> Locator:
        """Types a cell at the end and runs it; the cell, once it has its number."""
        return self.wait_for_number(self.send(source))

    def send(self, source: str) -> Locator:
        """The same; the cell at once."""
        cell = self.panel.locator(".jp-Notebook .jp-CodeCell").last
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)  # type() would fight with the editor's closing brackets
        number = self.panel.locator(".jp-CodeCell").count() - 1
        self.page.keyboard.press("Shift+Enter")
        return self.panel.locator(".jp-CodeCell").nth(number)

    def wait_for_number(self, cell: Locator) -> Locator:
        """The cell, once it is answered."""
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"^\[\d+\]:$"))
        return cell

    @staticmethod
    def outputs(cell: Locator) -> list[str]:
        return [text.strip() for text in cell.locator(".jp-OutputArea-output").all_inner_texts()]

    def restart(self) -> None:
        self.panel.locator(".jp-Toolbar [data-jp-item-name='restart']").locator("button, jp-button").first.click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.wait_idle()

    def interrupt(self) -> None:
        self.panel.locator(".jp-Toolbar [data-jp-item-name='interrupt']").locator("button, jp-button").first.click()

    def select_kernel(self) -> None:
        """The dialog of the kernel's name, with what it proposes."""
        self.panel.locator(".jp-KernelName").click()
        self.page.locator(".jp-Dialog", has_text="Select Kernel").locator(".jp-mod-accept").click()

    def wait_until_gone(self) -> None:
        """Its kernel, with a server that is back. The page asks for it by itself, but in pauses that double while no server answers, up
        to five minutes; the list of what runs is asked for at once. Dialogs that tell of the lost connection are closed from now on."""
        told = self.page.locator(".jp-Dialog").filter(has_not_text="Select Kernel").last
        self.page.add_locator_handler(told, lambda dialog: dialog.locator(".jp-Dialog-button").last.click(), no_wait_after=True)  # another may follow
        self.page.locator(".lm-TabBar-tab[data-id='jp-running-sessions']").click()
        refresh = self.page.locator("#jp-running-sessions [data-jp-item-name='refresh']").locator("button, jp-button").first
        deadline = time.monotonic() + SLOW / 1000
        while self.panel.locator(".jp-KernelName").inner_text() != "No Kernel":
            assert time.monotonic() < deadline, "the page believes in its kernel for ever"
            refresh.click()
            self.page.wait_for_timeout(200)

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0)

    def drag(self, handle: Locator, pixels: int) -> None:
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, 11):
            self.page.mouse.move(x + pixels * step / 10, y)
        self.page.mouse.up()
