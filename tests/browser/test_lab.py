"""A real JupyterLab on the Ferry kernel: cells, plots, widgets, restart, and a session that comes back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook, Server, browser

KERNEL = "Python 3 (Ferry)"


@pytest.fixture
def server(tmp_path):
    started = Server(tmp_path)
    yield started
    started.kill()


@pytest.fixture
def page():
    with browser() as opened:
        yield opened
        assert opened.problems == []


def test_cells_plots_and_widgets(server, page):
    nb = Notebook.new(page, server, KERNEL)
    assert nb.outputs(nb.run("1 + 1")) == ["2"]
    assert nb.outputs(nb.run("for i in range(2): print('line', i)")) == ["line 0\nline 1"]
    assert "ZeroDivisionError" in nb.outputs(nb.run("1 / 0"))[0]
    assert nb.outputs(nb.run("import asyncio\nawait asyncio.sleep(0)\n'awaited'")) == ["'awaited'"]
    plot = nb.run("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    expect(plot.locator(".jp-OutputArea-output img")).to_have_count(1)
    table = nb.run("import pandas as pd; pd.DataFrame({'a': [1, 2]})")
    expect(table.locator("table.dataframe")).to_have_count(1)

    cell = nb.run(
        "import ipywidgets as w\ns = w.IntSlider(value=3); out = w.Output()\n"
        "s.observe(lambda change: out.append_stdout(f'now {change.new};'), 'value'); display(s, out)"
    )
    nb.drag(cell.locator(".noUi-handle"), 80)
    expect(cell.locator(".jp-OutputArea").last).to_contain_text(re.compile(r"now \d+;"))
    value = int(cell.locator(".widget-readout").inner_text())
    assert value > 3
    assert nb.outputs(nb.run("s.value")) == [str(value)]


def test_restart_is_clean_and_can_be_undone(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("a = [1, 2]; b = a")
    nb.restart()
    shown = nb.outputs(nb.run("a"))
    assert "%resume last" in shown[0] and "NameError" in shown[-1]
    nb.run("%resume last")
    assert nb.outputs(nb.run("b.append(3); a")) == ["[1, 2, 3]"]


def test_everything_killed_and_opened_again(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("import numpy as np\nclass Ship:\n    fleet = []\na = np.arange(6.0); view = a[2:]")
    nb.run("ada = Ship(); ada.fleet.append('ada'); view[0] = 50")
    nb.save()
    name = next(server.notebooks.glob("*.ipynb")).name
    page.goto("about:blank")
    server.kill()
    again = Server(server.folder)
    try:
        nb = Notebook.open(page, again, name, KERNEL)
        shown = nb.outputs(nb.run("Ship.fleet, type(ada) is Ship, a.tolist(), view.base is a"))
        assert shown[-1] == "(['ada'], True, [0.0, 1.0, 50.0, 3.0, 4.0, 5.0], True)"
        assert any("variables back" in text for text in shown[:-1])
    finally:
        again.kill()


def test_a_page_that_is_loaded_again_finds_the_running_cell(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("a = [1]")
    nb.save()
    name = next(server.notebooks.glob("*.ipynb")).name
    cell = nb.panel.locator(".jp-CodeCell").last
    cell.locator(".cm-content").click()
    page.keyboard.insert_text("import pathlib, time\npathlib.Path('runs').touch()\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)\na.append(2)")
    page.keyboard.press("Shift+Enter")
    while not (server.notebooks / "runs").exists():
        page.wait_for_timeout(50)
    page.goto(f"{server.url}lab/tree/{name}?token=t&reset")
    nb = Notebook(page)
    expect(nb.panel.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "busy")
    (server.notebooks / "go").touch()
    nb.wait_ready(KERNEL)
    assert nb.outputs(nb.run("a"))[-1] == "[1, 2]"


def test_interrupt_and_the_death_of_the_engine_under_an_open_page(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("a = [1]; b = a")
    nb.run("%checkpoint")
    cell = nb.panel.locator(".jp-CodeCell").last
    cell.locator(".cm-content").click()
    page.keyboard.insert_text("import time\nprint('runs')\nwhile True: time.sleep(0.05)")
    page.keyboard.press("Shift+Enter")
    interrupted = nb.panel.locator(".jp-CodeCell").nth(2)
    expect(interrupted.locator(".jp-OutputArea-output").first).to_contain_text("runs")
    nb.interrupt()
    expect(interrupted).to_contain_text("KeyboardInterrupt")
    nb.wait_for_number(interrupted)  # a cell that is sent before the reply is aborted with it
    died = nb.send("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")  # a page on a busy machine reads the reply too late for a number
    expect(died).to_contain_text("EngineDied: The engine was killed by signal 9")
    page.locator(".jp-Dialog", has_text="Kernel Restarting").locator(".jp-mod-accept").click()
    back = nb.run("b.append(2); a")
    assert nb.outputs(back)[-1] == "[1, 2]"
    details = back.locator("details")
    expect(details).to_contain_text("variables back")
    details.locator("summary").click()
    expect(details.locator("table")).to_be_visible()


def test_a_plan_fits_both_themes_and_its_boxes(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("import numpy as the_name_of_a_module_that_is_longer_than_its_box, sqlite3\ndb = sqlite3.connect(':memory:'); db.create_function('f', 0, int); open('x', 'w').close()")
    plan = nb.run("%migrate --plan")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.keyboard.press("Control+Shift+C")
        page.locator(".jp-ModalCommandPalette input").fill(f"Use Theme: {theme}")
        page.keyboard.press("Enter")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        seen = plan.locator("svg[role=img]").evaluate("""svg => ({
            text: getComputedStyle(svg.querySelector('text')).fill,
            page: getComputedStyle(svg.closest('.jp-NotebookPanel')).getPropertyValue('--jp-content-font-color1').trim(),
            wide: [...svg.querySelectorAll('text')].filter(t => {
                const box = t.previousElementSibling.getBBox(), own = t.getBBox();
                return own.x + own.width > box.x + box.width}).map(t => t.textContent)})""")
        assert seen["wide"] == []
        light = sum(map(int, re.findall(r"\d+", seen["text"])[:3])) / 3
        assert (light > 127) == (theme == "JupyterLab Dark"), seen


def test_the_server_stops_and_starts_again_under_an_open_page(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("a = [1]; b = a")
    nb.save()
    server.stop()
    again = Server(server.folder, server.port)  # where the page looks for it
    try:
        nb.wait_until_gone()
        nb.select_kernel()
        nb.wait_ready(KERNEL)
        shown = nb.outputs(nb.run("b.append(2); a"))
        assert shown[-1] == "[1, 2]" and "2 of 2 variables back" in shown[0]
        page.problems.clear()  # of the time without a server
    finally:
        again.kill()


def test_two_pages_share_one_kernel(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("a = [1]")
    nb.save()
    name = next(server.notebooks.glob("*.ipynb")).name
    second = page.context.new_page()
    second.set_default_timeout(90_000)
    other = Notebook.open(second, server, name, KERNEL)
    assert other.outputs(other.run("a.append(2); a")) == ["[1, 2]"]
    page.bring_to_front()
    assert nb.outputs(nb.run("a.append(3); a"))[-1] == "[1, 2, 3]"
    assert len([p for p in server.kernels() if "kernelferry.engine" in " ".join(p.cmdline())]) == 1


def test_notebook_7(server, page):
    page.goto(f"{server.url}tree?token=t")
    page.locator(".jp-Toolbar-item:has-text('New')").first.click()
    with page.context.expect_page() as opened:
        page.locator(f".lm-Menu-itemLabel:text-is('{KERNEL}')").click()
    notebook = opened.value
    notebook.set_default_timeout(90_000)
    nb = Notebook(notebook).wait_ready(KERNEL)
    assert nb.outputs(nb.run("6 * 7")) == ["42"]
    shown = nb.run("%checkpoint first")
    expect(shown.locator(".jp-OutputArea-output")).to_contain_text("Saved generation")
    page.problems.clear()  # the file list's own: it looks for JupyterLab's settings


def test_the_debugger_stops_shows_variables_and_steps(server, page):
    nb = Notebook.new(page, server, KERNEL)
    nb.run("abc = 5")
    page.locator(".jp-DebuggerBugButton:visible").click()
    variables = page.locator(".jp-DebuggerVariables-body:visible").first
    expect(variables).to_contain_text("abc")
    cell = nb.panel.locator(".jp-Notebook .jp-CodeCell").last
    cell.locator(".cm-content").click()
    page.keyboard.insert_text("def f(first):\n    second = first + 1\n    return second\nf(3)")
    cell = nb.panel.locator(".jp-Notebook .jp-CodeCell").nth(1)  # not the one that comes after it
    cell.locator(".cm-breakpoint-gutter .cm-gutterElement:visible").nth(1).click()
    expect(page.locator(".jp-DebuggerBreakpoint")).to_have_count(1)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-DebuggerCallstackFrame").first).to_contain_text(re.compile(r"f.*Cell \[\*\]:2"))  # not the file's name
    page.locator("select:visible").filter(has_text="Globals").select_option("Locals")
    expect(variables).to_contain_text(re.compile(r"first:?\s*3"))
    page.keyboard.press("F10")
    expect(variables).to_contain_text(re.compile(r"second:?\s*4"))
    page.keyboard.press("F9")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text("4")
    assert nb.outputs(cell) == ["4"] and nb.outputs(nb.panel.locator(".jp-CodeCell").first) == []
