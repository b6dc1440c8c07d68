"""Real notebooks and gallery scripts as sessions, fetched from the package index.

The project holds no code of others. `manifest.json` says where each example lies: in which source distribution, under
which path, with which checksum, and how it falls into cells. Distributions are downloaded once into a cache and
verified each time they are read.

A script with at least two separators (`# %%`, or a line of 20 or more `#`) is cut there; any other script where a
top-level statement, with the comments on top of it, follows an empty line. A piece that does not compile alone is
joined with the next.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.sessions.session_file import Cell, Session

MANIFEST = Path(__file__).with_name("manifest.json")
CACHE = Path(__file__).parents[2] / ".cache" / "corpus"
SEPARATOR = re.compile(r"# ?%%|#{20,}\s*$")


class Unavailable(Exception):
    """A source that could not be had, or is not what the manifest describes; what to do about it."""


def entries(quick: bool) -> list[dict]:
    return [e for e in json.loads(MANIFEST.read_text())["entries"] if e["quick"] or not quick]


def sessions(wanted: list[dict], cache: Path = CACHE) -> Iterator[Session]:
    """The sessions of these entries, distribution by distribution. Unavailable: see there."""
    sources = json.loads(MANIFEST.read_text())["sources"]
    for name, group in itertools.groupby(sorted(wanted, key=lambda e: e["source"]), key=lambda e: e["source"]):
        group = list(group)
        paths = {path for e in group for path in (e["path"], *e.get("files", {}).values())}
        contents = read_members(distribution(sources[name], cache), paths)
        for entry in group:
            yield session(entry, contents, cache / "files")


def distribution(source: dict, cache: Path) -> Path:
    """The verified archive of one source distribution, downloaded if the cache does not hold it."""
    archive = cache / source["file"]
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        download(source, cache)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != source["sha256"]:
        archive.unlink()
        raise Unavailable(f"{source['file']} has the sha256 {found}, not that of the manifest; it was removed, run again")
    return archive


def download(source: dict, cache: Path) -> None:
    """Not `pip download`: pip runs the build backend of a source distribution, which wants compilers and minutes."""
    from unearth import PackageFinder

    finder = PackageFinder(index_urls=index_urls(), no_binary=[":all:"])
    try:
        found = finder.find_best_match(f"{source['package']}=={source['version']}").best
        if found is None:
            raise Unavailable(f"the package index offers no source distribution {source['file']}")
        with tempfile.TemporaryDirectory(dir=cache) as partial:
            finder.download(found.link, partial, hashes={"sha256": [source["sha256"]]}).replace(cache / source["file"])
    except Unavailable:
        raise
    except Exception as error:  # whatever the network and its libraries raise
        raise Unavailable(f"{source['file']} could not be downloaded: {type(error).__name__}: {error}") from error


def index_urls() -> list[str]:
    """The package indexes that pip is set up with."""
    from pip._internal.configuration import Configuration
    from pip._internal.models.index import PyPI

    settings = Configuration(isolated=False)
    settings.load()
    values = dict(settings.items())
    index = values.get(":env:.index-url") or values.get("global.index-url") or PyPI.simple_url
    extra = values.get(":env:.extra-index-url") or values.get("global.extra-index-url") or ""
    return [index, *extra.split()]


def read_members(archive: Path, paths: set[str]) -> dict[str, bytes]:
    """Files of an archive by their path below its top folder."""
    with tarfile.open(archive) as opened:
        found = {m.name.partition("/")[2]: m for m in opened if m.isfile()}
        if missing := paths - found.keys():
            raise Unavailable(f"{archive.name} does not hold {sorted(missing)}")
        return {path: opened.extractfile(found[path]).read() for path in paths}


def session(entry: dict, contents: dict[str, bytes], files: Path) -> Session:
    data = contents[entry["path"]]
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise Unavailable(f"{entry['name']}: {entry['path']} is another version than the manifest's")
    cells = [Cell(source) for source in cells_of(entry["path"], data.decode())]
    if len(cells) != entry["cells"]:
        raise Unavailable(f"{entry['name']} falls into {len(cells)} cells, not {entry['cells']}")
    beside = None
    if entry.get("files"):
        beside = files / entry["name"]
        for name, path in entry["files"].items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(contents[path])
    return Session(
        entry["name"],
        cells,
        nondeterministic=set(entry.get("nondeterministic_names", [])),
        output_varies=entry.get("output_varies", False) or not entry["deterministic"],
        files=beside,
    )


def cells_of(path: str, text: str) -> list[str]:
    """The code cells of a notebook, a MyST page or a script; empty ones are left out."""
    if path.endswith(".ipynb"):
        notebook = json.loads(text)
        listed = notebook.get("cells") or [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
        cells = ["".join(c.get("source", c.get("input", ""))) for c in listed if c["cell_type"] == "code"]
    elif path.endswith(".md"):
        cells = [without_options(m[1]) for m in re.finditer(r"(?ms)^```\{code-cell\}[^\n]*\n(.*?)^```\s*$", text)]
    else:
        cells = script_cells(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    return [cell for cell in cells if cell.strip()]


def without_options(block: str) -> str:
    """A MyST cell without its YAML or `:key:` lines."""
    if block.startswith("---\n"):
        return block.partition("\n---\n")[2]
    return "".join(itertools.dropwhile(re.compile(r":[\w-]+:").match, block.splitlines(keepends=True)))


def script_cells(text: str) -> list[str]:
    lines = text.split("\n")
    cuts = [i for i, line in enumerate(lines) if SEPARATOR.match(line)]
    if len(cuts) < 2:
        cuts = paragraphs(text, lines)
    cells, open_piece = [], []
    for start, end in itertools.pairwise([0, *cuts, len(lines)]):
        open_piece.append("\n".join(lines[start:end]))
        piece = "\n".join(open_piece) if open_piece[0] else "\n".join(open_piece[1:])
        if has_code(piece):
            cells.append(piece.strip("\n"))
            open_piece = []
    return [*cells, "\n".join(open_piece).strip("\n")]


def has_code(piece: str) -> bool:
    """Whether it compiles and is more than comments."""
    try:
        return bool(ast.parse(piece).body)
    except SyntaxError:
        return False


def paragraphs(text: str, lines: list[str]) -> list[int]:
    """Where the paragraphs of a script begin. Imports in a row stay together, with the docstring before them."""
    cuts, end, preamble = [], 0, True
    for node in ast.parse(text).body:
        begin = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        while begin > end and lines[begin - 1].startswith("#"):
            begin -= 1
        imports = isinstance(node, ast.Import | ast.ImportFrom)
        docstring = end == 0 and isinstance(node, ast.Expr)
        if begin > end and not lines[begin - 1].strip() and not docstring and not (imports and preamble):
            cuts.append(begin)
        preamble, end = imports or docstring, node.end_lineno
    return cuts
