"""A slider in a real JupyterLab, before its session moves to another host, there, and after it came back."""

import os
import re
import warnings

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook, Server, browser
from tests.migrate import sshd

KERNEL = "Python 3 (Ferry)"


@pytest.fixture
def host(tmp_path):
    if reason := sshd.missing():
        warnings.warn(f"moves in a browser are not tested: {reason}")
        pytest.skip(reason)
    found = sshd.Sshd(tmp_path / "h")
    yield found
    found.cut()


@pytest.fixture
def server(tmp_path, host, monkeypatch):
    monkeypatch.setenv("PATH", f"{host.bin}:{os.environ['PATH']}")
    started = Server(tmp_path)
    yield started
    started.kill()


def test_a_slider_works_there_and_back(server, host, tmp_path):
    with browser() as page:
        nb = Notebook.new(page, server, KERNEL)
        cell = nb.run("import ipywidgets as w\ns = w.IntSlider(value=3); out = w.Output()\n"
                      "s.observe(lambda change: out.append_stdout(f'now {change.new};'), 'value'); display(s, out)")
        readout, said = cell.locator(".widget-readout"), cell.locator(".jp-OutputArea").last
        values = [3]

        def drag(pixels):
            nb.drag(cell.locator(".noUi-handle"), pixels)
            expect(readout).not_to_have_text(str(values[-1]))
            values.append(int(readout.inner_text()))
            expect(said).to_contain_text(f"now {values[-1]};")  # what the kernel says
            assert nb.outputs(nb.run("s.value")) == [str(values[-1])]

        drag(40)
        for words, pixels in ((f"{host.text} --background", 40), ("home", -30)):
            moved = nb.run(f"%migrate {words}")
            expect(moved.locator(".jp-OutputArea-output")).to_contain_text(re.compile("Moved to"), timeout=120_000)
            drag(pixels)
        nb.run("s.value = 77")
        expect(readout).to_have_text("77")
        page.screenshot(path=tmp_path / "moved.png")
        assert page.problems == []
