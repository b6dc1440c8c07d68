"""The main job, shown: a real notebook is killed in the middle of a cell, opened again, finished, and compared.

    ./dev demo

`notebooks/demo.ipynb` runs twice on the Ferry kernel. Once without interruption. The second time it saves itself in idle
time, relay and engine are killed with SIGKILL while a cell runs, and the notebook is opened again in a new kernel, which
brings the session back when the first cell runs. In the end every variable of the two runs is compared by its portable
fingerprint. Exits with 1 if a variable was reported back but is different.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from tests.client import Answer, Kernel

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "demo.ipynb"
KILLED_AT = "resampling"  # what the cell prints that is killed
SAVED_SECONDS = 120


def say(text: str = "") -> None:
    print(text, flush=True)


class Run:
    """One life of the notebook's kernel."""

    def __init__(self, folder: Path, cells: list[dict]):
        self.cells = cells
        began = time.perf_counter()
        self.kernel = Kernel(folder / "home", folder / "demo.ipynb", folder)
        self.started = time.perf_counter() - began

    def run(self, cell: dict) -> Answer:
        answer = self.kernel.run(cell["source"], cell["id"])
        if answer.error:
            raise SystemExit(f"demo: cell {cell['id']} failed: {answer.error}\n{answer.text}")
        return answer

    def wait_until_saved(self) -> dict:
        """Asks on the control channel until the session has saved itself; nothing tells it to.

        A question stops the idle work it asks about, so that each waits longer than the one before.
        """
        deadline, pause = time.monotonic() + SAVED_SECONDS, 0.5
        while time.monotonic() < deadline:
            time.sleep(pause)
            status = self.kernel.control("ferry_status_request")
            if status.get("saved"):
                return status
            pause *= 1.5
        raise SystemExit(f"demo: not saved within {SAVED_SECONDS} s: {status}")


def code_cells(notebook: Path) -> list[dict]:
    listed = json.loads(notebook.read_text())["cells"]
    return [{"id": c["id"], "source": "".join(c["source"])} for c in listed if c["cell_type"] == "code"]


def main() -> int:
    cells = code_cells(NOTEBOOK)
    victim = next(i for i, cell in enumerate(cells) if f'print("{KILLED_AT}")' in cell["source"])
    with tempfile.TemporaryDirectory(prefix="ferry-demo-") as folder:
        straight, broken = Path(folder, "straight"), Path(folder, "broken")
        for place in (straight, broken):
            place.mkdir()
            shutil.copy(NOTEBOOK, place / "demo.ipynb")
        return show(cells, victim, straight, broken)


def show(cells: list[dict], victim: int, straight: Path, broken: Path) -> int:
    say(f"1. {NOTEBOOK.name}, {len(cells)} cells, without interruption")
    began = time.perf_counter()
    whole = Run(straight, cells)
    wanted_outputs = {cell["id"]: whole.run(cell).text for cell in cells}
    wanted = whole.kernel.fingerprints()
    say(f"   {len(wanted)} variables, {time.perf_counter() - began:.1f} s with the kernel's start")
    whole.kernel.kill()

    say(f"2. the same notebook in another store; the kernel saves it by itself after cell {victim}")
    first = Run(broken, cells)
    for cell in cells[:victim]:
        first.run(cell)
    began = time.perf_counter()
    status = first.wait_until_saved()
    say(f"   generation {status['generation']} is on disk {time.perf_counter() - began:.1f} s after the last reply")
    request = first.kernel.send(cells[victim]["source"], cells[victim]["id"])
    first.kernel.wait_for_output(request, KILLED_AT)
    first.kernel.kill()
    say(f"3. cell {victim + 1} runs; relay and engine killed with SIGKILL")

    second = Run(broken, cells)
    say(f"4. the notebook is opened again: a new kernel, ready after {second.started:.1f} s")
    began = time.perf_counter()
    again = second.run(cells[victim])
    # The cell displays nothing itself: what is displayed with it is the kernel's own word.
    told = [text for kind, text in again.outputs if kind == "display_data"]
    again.outputs = [output for output in again.outputs if output[0] != "display_data"]
    outputs = {cells[victim]["id"]: again.text}
    say(f"   the killed cell is run again, the session comes back for it: {time.perf_counter() - began:.1f} s")
    resumed = second.kernel.magic("%resume")
    outputs |= {cell["id"]: second.run(cell).text for cell in cells[victim + 1 :]}
    found = second.kernel.fingerprints()
    second.kernel.suspend()

    say()
    for text in told:
        say("shown above the cell's output:")
        say("".join(f"  | {line}\n" for line in text.splitlines()))
    print_report(resumed)
    say()
    return compare(wanted, found, wanted_outputs, outputs, resumed)


def print_report(resumed: dict) -> None:
    """What the kernel itself says of the resume."""
    say(f"report of the resume (generation {resumed['generation']}, {resumed['bytes']:,} bytes on disk, {resumed['seconds']:.2f} s)")
    rows = [("variable", "way", "verified", "bytes", "seconds", "type or reason")]
    for kind in ("variables", "process"):
        for name, entry in resumed[kind].items():
            verified = {True: "equal", False: "DIFFERENT", None: "-"}[entry["verified"]]
            about = entry["reason"] if entry["way"] in ("failed", "lost") or not entry["verified"] else None
            label = name if kind == "variables" else f"({name})"
            about = textwrap.shorten(str(about or entry["type"]), 90, placeholder=" ...")
            rows.append((label, entry["way"], verified, f"{entry['bytes']:,}", f"{entry['seconds']:.3f}", about))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for name, way, verified, size, seconds, about in rows:
        say(
            f"  {name:<{widths[0]}}  {way:<{widths[1]}}  {verified:<{widths[2]}}  {size:>{widths[3]}}  {seconds:>{widths[4]}}  {about}"
        )
    for behind in resumed["cells_behind"]:
        say(f"  cell {behind['cell']} lay behind the save: {behind['status']} ({behind['reason']})")


def compare(wanted, found, wanted_outputs, outputs, resumed) -> int:
    """Says how the two runs differ; 1 if one differs that was not admitted."""
    entries = resumed["variables"]
    admitted = {n for n, e in entries.items() if e["way"] in ("failed", "lost") or e["verified"] is False}
    equal = sorted(n for n in wanted if n in found and found[n][0] == wanted[n][0])
    opaque = sorted(n for n in wanted.keys() - set(equal) if n in found and wanted[n][1] and n not in admitted)
    wrong = sorted((wanted.keys() ^ found.keys() | wanted.keys()) - set(equal) - set(opaque) - admitted)
    changed = sorted(i for i in outputs if outputs[i] != wanted_outputs[i])
    say(f"{len(equal)} of {len(wanted)} variables are equal to those of the uninterrupted run")
    for name in opaque:
        say(f"  {name}: there, not comparable ({wanted[name][1]})")
    for name in sorted(admitted):
        say(f"  {name}: not back, and the report said so ({entries[name]['reason']})")
    for name in wrong:
        say(f"  {name}: DIFFERENT, and the report did not say so")
    say(f"{len(outputs) - len(changed)} of {len(outputs)} cells after the kill gave the same output" + "".join(f"; not {i}" for i in changed))
    say()
    say("Try it by hand: ./dev lab  (close everything in the middle, even with kill -9, and open the notebook again)")
    return 1 if wrong or changed else 0


if __name__ == "__main__":
    sys.exit(main())
