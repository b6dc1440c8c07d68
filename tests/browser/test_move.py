"""A slider in a real JupyterLab, before its session moves to another host, there, and after it came back; and under bursts of cells."""

import json
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
    started = Server(tmp_path, windowingMode="none")  # all cells are in the page
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


SETUP = """import ipywidgets as w
log, lives, place = [], set(), 'home'
def life(): return open('/proc/self/stat').read().split()[21]  # when the process began
s, said = w.IntSlider(value=50), w.Label()
s.observe(lambda change: setattr(said, 'value', f'kernel has {change.new}'), 'value')
display(s, said)"""
STEP = "log.append(len(log)); lives.add(life()); print(log[-1])"
BEFORE, AFTER = 3, 5  # cells in front of the one that moves, and behind it
CELLS = [SETUP, "place = HOST if place == 'home' else 'home'; " + STEP, *[STEP] * (BEFORE - 1), "%migrate {place}", *[STEP] * AFTER,
         "print(s.value, log == list(range(len(log))), len(lives))"]


def written(path, cells):
    """A notebook, with a cell behind the last one, so that none is added when that runs."""
    code = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source, "outputs": [], "execution_count": None} for i, source in enumerate(cells)]
    end = {"cell_type": "markdown", "id": "end", "metadata": {}, "source": "end"}
    kernel = {"display_name": KERNEL, "language": "python", "name": "ferry"}
    path.write_text(json.dumps({"cells": [*code, end], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}))


def test_back_and_forth_under_bursts(server, host, tmp_path):
    """Nothing is lost, doubled or out of order, whatever is run and dragged while the session moves."""
    written(server.notebooks / "n.ipynb", [f"HOST = {host.text!r}\n{CELLS[0]}", *CELLS[1:]])
    with browser() as page:
        nb = Notebook.open(page, server, "n.ipynb", KERNEL)
        cells = [nb.panel.locator(".jp-Notebook .jp-CodeCell").nth(i) for i in range(len(CELLS))]
        slider, readout = cells[0].locator(".noUi-handle"), cells[0].locator(".widget-readout")
        count = 0

        def run(first, last):
            """Runs these cells without waiting for any of them."""
            nonlocal count
            cells[first].locator(".jp-InputPrompt").click()
            for _ in range(first, last + 1):
                page.keyboard.press("Shift+Enter")
                count += 1

        def answered(first, last):
            for number, cell in zip(range(count - (last - first), count + 1), cells[first:last + 1]):
                expect(cell.locator(".jp-InputPrompt")).to_have_text(f"[{number}]:")

        def move(key):
            before = readout.inner_text()
            for _ in range(5):
                slider.press(key)
            expect(readout).not_to_have_text(before)

        def agree(lives):
            """The slider of the page and that of the kernel say the same."""
            value = readout.inner_text()
            expect(cells[0].locator(".jp-OutputArea")).to_contain_text(f"kernel has {value}")
            run(len(CELLS) - 1, len(CELLS) - 1)
            answered(len(CELLS) - 1, len(CELLS) - 1)
            assert nb.outputs(cells[-1]) == [f"{value} True {lives}"]

        run(0, 0)
        answered(0, 0)
        logged, steps = 0, [*range(1, BEFORE + 1), *range(BEFORE + 2, BEFORE + 2 + AFTER)]
        for turn in range(int(os.environ.get("FERRY_TEST_MOVES", "2"))):  # ./dev stress slider: 200
            move("ArrowRight")
            agree(turn + 1 if turn else 0)
            run(1, len(CELLS) - 2)
            move("ArrowLeft")  # while the session moves
            answered(1, len(CELLS) - 2)
            for cell in (cells[i] for i in steps):
                expect(cell.locator(".jp-OutputArea-output")).to_have_text(str(logged))
                logged += 1
            expect(cells[BEFORE + 1].locator(".jp-OutputArea-output")).to_contain_text("Moved to")
            agree(turn + 2)
        assert page.problems == []
