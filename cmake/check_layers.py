#!/usr/bin/env python3
"""Checks every include and import against the table of docs/layers.md.

A file may use its own layer and the layers its row names; only rows marked (P) may include Python or pybind11 headers,
and only kernel/engine may include xeus. A source that its folder's CMakeLists.txt does not list would be missing from the
installed package. Prints each line that breaks this and exits 1.
"""
import pathlib
import re
import sys

ROW = re.compile(r"^\| `(?P<name>[a-z_/]+)`(?P<python> \(P\))? \|[^|]*\| (?P<package>[\w.]*) ?\| ?(?P<may>[a-z_/ ]*) ?\|$", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)
IMPORT = re.compile(r"^\s*(?:from|import)\s+(kernelferry[\w.]*)", re.M)
PYTHON_HEADERS = ("pybind11", "Python.h", "numpy/", "internal/pycore", "frameobject.h")


def main(root: pathlib.Path) -> int:
    rows = {m["name"]: m for m in ROW.finditer((root / "docs/layers.md").read_text())}
    packages = {m["package"]: name for name, m in rows.items() if m["package"] and m["package"] != "kernelferry"}

    def layer(path: str) -> str | None:
        return next((name for name in rows if path.startswith(name + "/")), None)

    faults = []
    for file in sorted(p for name in rows for p in (root / name).rglob("*") if p.suffix in (".h", ".cc", ".py")):
        path = file.relative_to(root).as_posix()
        here = layer(path)
        allowed = {here, *rows[here]["may"].split()}
        text = file.read_text()
        if file.suffix != ".h" and file.name not in (file.parent / "CMakeLists.txt").read_text():
            faults.append(f"{path}: not listed in CMakeLists.txt")
        if file.suffix == ".py":
            used = {packages.get(".".join(m.split(".")[:2])) for m in IMPORT.findall(text)} - {None}
            faults += [f"{path}: imports {u}, which {here} may not" for u in used - allowed]
            continue
        for target in INCLUDE.findall(text):
            there = layer(target)
            if there and there not in allowed:
                faults.append(f"{path}: {target} is not below {here}")
            if not rows[here]["python"] and target.startswith(PYTHON_HEADERS):
                faults.append(f"{path}: {target} in a layer without Python")
            if here != "kernel/engine" and target.startswith("xeus"):
                faults.append(f"{path}: {target} outside kernel/engine")
    print("\n".join(faults) or f"{len(rows)} layers, every include and import is in the table")
    return 1 if faults or len(rows) < 15 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
