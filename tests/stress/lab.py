"""./dev stress lab: real notebooks in a real JupyterLab, on ipykernel and on ours, killed in between.

Each notebook is opened in Chromium and run by the menu: on ipykernel all of it, on ours the first half; then the engine, the relay,
or the server with everything is killed, and the rest is run. What the saved notebooks hold must be the same, stream by
stream and output by output, and the browser's console silent. A picture of each page is kept in .cache/stress/lab, to be looked at.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from playwright.sync_api import Page

from tests import processes
from tests.browser.lab import Notebook, Server, browser
from tests.client import normalised, streams_apart
from tests.corpus import fetch
from tests.sessions.session_file import Session

PICTURES = Path(__file__).parents[2] / ".cache" / "stress" / "lab"
KERNELS = {"python3": "Python 3 (ipykernel)", "ferry": "Python 3 (Ferry)"}
KILLED = {  # name in the corpus -> what is killed between its halves
    "statsmodels/ols": "engine",
    "statsmodels/tsa_filters": "relay",
    "statsmodels/glm": "server",
    "statsmodels/statespace_arma_0": "engine",
    "statsmodels/stats_poisson": "relay",
    "arch/unitroot_examples": "server",
    "scikit-learn/tree/plot_cost_complexity_pruning": "engine",
    "scikit-image/segmentation/plot_rag_merge": "relay",
    "networkx/drawing/plot_weighted_graph": "server",
    "matplotlib/examples/shapes_and_collections/dolphin": "engine",
}
WHOLE = {"windowingMode": "none"}  # every cell is in the page, also for the picture
QUIET = 5000           # milliseconds for the session to save itself
BACK = re.compile(r"\d+ of \d+ variables back")
RESTARTED = "Kernel Restarting"


@dataclass
class Report:
    """One notebook: how many outputs ipykernel showed, the line of the resume, and what was otherwise on ours."""

    session: str
    killed: str
    cells: int
    outputs: int = 0
    back: str = ""
    failures: list[str] = field(default_factory=list)
    boundaries = 1


def check(session: Session, folder: Path) -> Report:
    """Runs a notebook on both kernels. folder: empty, for servers and notebooks."""
    report = Report(session.name, KILLED[session.name], len(session.cells))
    outputs = {}
    with browser() as page:
        for kernel in KERNELS:
            home = folder / kernel
            home.mkdir()
            try:
                outputs[kernel] = run_one(page, home, kernel, session, report.killed if kernel == "ferry" else "")
            except Exception as error:  # whatever Playwright raises when a page is not as it should be
                report.failures.append(f"{kernel}: {type(error).__name__}: {error}".partition("\n")[0])
                page.screenshot(path=picture(session.name, f"{kernel}-failed"))
                return report
            report.failures += [f"{kernel}: the console says {problem}" for problem in page.problems]
            page.problems.clear()
    report.outputs = sum(map(len, outputs["python3"]))
    report.back = next((m[0] for cell in outputs["ferry"] for output in cell if (m := BACK.search(json.dumps(output)))), "")
    for number, (theirs, ours) in enumerate(zip(outputs["python3"], outputs["ferry"], strict=True)):
        ours = [output for output in ours if not BACK.search(json.dumps(output))]
        if shown(theirs) != shown(ours):
            report.failures.append(f"cell {number}: {brief(theirs)} on ipykernel, {brief(ours)} here")
    return report


def run_one(page: Page, home: Path, kernel: str, session: Session, killed: str) -> list[list[dict]]:
    """The outputs of each cell, as the saved notebook holds them. killed: what, after the first half; "": nothing."""
    server = Server(home, **WHOLE)
    try:
        file = write(server.notebooks, session, kernel)
        nb = Notebook.open(page, server, file, KERNELS[kernel])
        middle = len(session.cells) // 2
        if killed:
            select(nb, middle)
            run_by_menu(nb, "Run All Above Selected Cell", 0, middle)
            nb.save()
            page.wait_for_timeout(QUIET)
            nb, server = kill(killed, nb, server, file)
            select(nb, middle)
            run_by_menu(nb, "Run Selected Cell and All Below", middle, len(session.cells))
        else:
            run_by_menu(nb, "Run All Cells", 0, len(session.cells))
        nb.save()
        take_picture(nb, picture(session.name, kernel))
        book = nbformat.read(server.notebooks / file, as_version=4)
        page.goto("about:blank")
        return [[comparable(output) for output in cell.outputs] for cell in book.cells if cell.cell_type == "code"]
    finally:
        server.kill()
        processes.kill_with_store_in(home)  # an engine that a second relay took over is nobody's child


def write(folder: Path, session: Session, kernel: str) -> str:
    """The notebook, without outputs; its file name."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.source) for cell in session.cells])
    book.metadata["kernelspec"] = {"name": kernel, "display_name": KERNELS[kernel], "language": "python"}
    file = f"{session.name.replace('/', '-')}.ipynb"
    nbformat.write(book, folder / file)
    return file


def select(nb: Notebook, number: int) -> None:
    nb.panel.locator(".jp-CodeCell").nth(number).locator(".jp-InputPrompt").click()


def run_by_menu(nb: Notebook, entry: str, first: int, end: int) -> None:
    """Returns when the cells from the first up to the end are answered."""
    nb.page.locator(".lm-MenuBar-itemLabel:text-is('Run')").click()
    nb.page.locator(f".lm-Menu-itemLabel:text-is('{entry}')").click()
    for number in range(first, end):
        nb.wait_for_number(nb.panel.locator(".jp-CodeCell").nth(number))
    nb.wait_idle()


def kill(what: str, nb: Notebook, server: Server, file: str) -> tuple[Notebook, Server]:
    """SIGKILL; returns where the notebook goes on."""
    if what == "server":
        nb.page.goto("about:blank")
        server.kill()
        server = Server(server.folder, **WHOLE)
        return Notebook.open(nb.page, server, file, KERNELS["ferry"]), server
    word = {"engine": "kernelferry.engine", "relay": "ferry-relay"}[what]
    victims = [p for p in server.kernels() if word in " ".join(p.cmdline())]
    processes.kill(*victims)
    processes.still_alive(*victims)
    dialog = nb.page.locator(".jp-Dialog", has_text=RESTARTED)
    dialog.locator(".jp-mod-accept").click()
    return nb.wait_idle(), server


def take_picture(nb: Notebook, path: Path) -> None:
    """Of the whole notebook, which the page is made tall enough for."""
    size = nb.page.viewport_size
    tall = nb.panel.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollHeight")
    nb.page.set_viewport_size({"width": size["width"], "height": min(16000, tall + 100)})
    nb.panel.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTop = 0")
    nb.panel.screenshot(path=path)
    nb.page.set_viewport_size(size)


def picture(name: str, kernel: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name.replace('/', '-')}-{kernel}.png"


def comparable(output: dict) -> dict:
    """What a cell showed, without what differs between any two processes."""
    text = normalised(json.dumps({k: v for k, v in output.items() if k != "execution_count"}, sort_keys=True))
    text = re.sub(r"(ferry_)?ipykernel_[\d.]+/\d+", "CELL", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "TIME", text)
    return json.loads(text)


def shown(outputs: list[dict]) -> tuple[dict[str, str], list[tuple]]:
    return streams_apart([(output.get("name"), output.get("text", output)) for output in outputs])


def brief(outputs: list[dict]) -> str:
    return json.dumps([o.get("text") or sorted(o.get("data", {})) or o.get("evalue") for o in outputs])[:200]


def sessions() -> list[Session]:
    return list(fetch.sessions([entry for entry in fetch.entries(quick=False) if entry["name"] in KILLED]))


def summary(reports: list[Report], commit: str) -> str:
    """Its part of docs/fidelity.md. An engine that outlived its relay is taken over as it is: then nothing had to come back."""
    return "\n".join([
        "## lab", "",
        f"`./dev stress lab` at {commit}, {datetime.date.today()}: {len(reports)} of {len(KILLED)} notebooks, {sum(r.outputs for r in reports)} outputs of "
        f"{sum(r.cells for r in reports)} cells; {sum(not r.failures for r in reports)} notebooks as on ipykernel.", "",
        "| notebook | cells | outputs | killed in the middle | what came back | otherwise than on ipykernel |", "|---|---|---|---|---|---|",
        *(f"| {r.session} | {r.cells} | {r.outputs} | {r.killed} | {r.back or 'all, the engine went on'} | {'; '.join(r.failures).replace('|', '/')[:300] or 'nothing'} |" for r in reports), ""])
