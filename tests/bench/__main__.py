"""./dev bench [NAME...]: runs the benchmarks, prints their ratios, and writes the table of docs/benchmarks.md."""

import datetime
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

BENCHES = ("roundtrip", "lag", "wake", "change", "walk", "usercode", "notebooks", "resources", "session2g", "images", "moves", "bytes")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


def table(name, rows):
    head = f"{BEGIN.format(name)}\n`./dev bench {name}`, {datetime.date.today()}, commit {commit()}, {os.cpu_count()} cores\n\n"
    lines = ["| what | measured | target | in figures |", "|---|---|---|---|"]
    lines += [f"| {what} | {value:.2f} | {target} | {note} |" for what, value, target, note in rows]
    return head + "\n".join(lines) + f"\n{END.format(name)}"


def commit():
    if not shutil.which("git"):
        return "unknown"
    out = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PAGE.parent, text=True, capture_output=True)
    return out.stdout.strip() or "unknown"


def write(name, text):
    page = PAGE.read_text()
    begin, end = BEGIN.format(name), END.format(name)
    if begin in page:
        page = page[:page.index(begin)] + text + page[page.index(end) + len(end):]
    else:
        page = page.rstrip() + f"\n\n## {name}\n\n" + text + "\n"
    PAGE.write_text(page)


def main(names):
    unknown = set(names) - set(BENCHES)
    if unknown:
        sys.exit(f"unknown benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in names or BENCHES:
        rows = importlib.import_module(f".{name}", __package__).run()
        for what, value, target, note in rows:
            print(f"{what:55s} {value:9.2f}  {target:8s} {note}", flush=True)
        write(name, table(name, rows))


main(sys.argv[1:])
