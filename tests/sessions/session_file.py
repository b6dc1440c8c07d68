"""The session file: cells of a notebook, and what must hold after them, as plain text.

    # name: two-names-one-list
    # description: a change through one name is seen through the other
    # lost: g (a generator lives in its frame)
    # nondeterministic: started
    # case: 24
    # defect: what is known to come back wrong, and is not mended yet
    # %%
    a = [1]; b = a
    # %% raises ZeroDivisionError
    b.append(2); 1 / 0
    # %% holds
    a is b
    a == [1, 2]
    # %% holds after 1
    a == [1]

`lost` names what may be refused loudly, with the reason: names, and items of process state (`cwd`, `modules`). What is
refused and not listed is a failure, and so is a listed name that comes back different without being refused. `case`
numbers the thirty known ways to change a session behind the back of a tracker that goes by names. Expressions are
evaluated many times and must change nothing. A file with a `defect` is expected to fail, and the run says so when it no
longer does; docs/fidelity.md lists these. Those under `holds` must be true at the last boundary; at the others they
must come out as they did in the run that was never interrupted.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

MARK = re.compile(r"^# %%[ \t]*(?P<rest>.*)$")
HEADER = re.compile(r"^# (?P<key>[a-z]+): (?P<value>.*)$")
LOSS = re.compile(r"\s*(?P<name>[\w.]+) \((?P<reason>(?:[^()]|\([^()]*\))*)\)\s*(?:,|$)")
KEYS = {"name", "description", "lost", "nondeterministic", "case", "defect"}


class SessionFileError(Exception):
    """What is wrong with a session file, and where."""


@dataclass
class Cell:
    source: str
    raises: str = ""


@dataclass
class Hold:
    expression: str
    after: int | None = None  # None: the last boundary

    @property
    def names(self) -> set[str]:
        return {node.id for node in ast.walk(ast.parse(self.expression, mode="eval")) if isinstance(node, ast.Name)}


@dataclass
class Session:
    name: str
    cells: list[Cell]
    holds: list[Hold] = field(default_factory=list)
    description: str = ""
    lost: dict[str, str] | None = None  # None: any name may be refused, it is only counted
    nondeterministic: set[str] = field(default_factory=set)
    output_varies: bool = False
    case: int | None = None
    defect: str = ""
    files: Path | None = None  # a folder that the session finds in its working directory
    source: Path | None = None
    canonical: bool = False  # compared by the account of canon.py too


def parse(text: str, source: Path | None = None) -> Session:
    """Reads a session file. SessionFileError: an unknown header, no cell, an expression that does not parse."""

    def wrong(line: int, what: str) -> SessionFileError:
        return SessionFileError(f"{source or 'session'}:{line}: {what}")

    lines = text.splitlines()
    marks = [i for i, line in enumerate(lines) if MARK.match(line)]
    if not marks:
        raise wrong(1, "no cell (a line '# %%')")
    header = {}
    for number, line in enumerate(lines[: marks[0]], 1):
        if not line.strip():
            continue
        if not (found := HEADER.match(line)) or found["key"] not in KEYS:
            raise wrong(number, f"not a header ({', '.join(sorted(KEYS))}): {line!r}")
        header[found["key"]] = found["value"].strip()
    if missing := {"name", "description"} - header.keys():
        raise wrong(1, f"no {', '.join(sorted(missing))} in the header")

    session = Session(header["name"], [], description=header["description"], source=source)
    session.lost = {m["name"]: m["reason"] for m in LOSS.finditer(header.get("lost", ""))}
    if header.get("lost") and not session.lost:
        raise wrong(1, "lost: wants NAME (REASON), ...")
    session.nondeterministic = set(header.get("nondeterministic", "").replace(",", " ").split())
    session.defect = header.get("defect", "")
    session.case = int(header["case"]) if "case" in header else None
    for start, end in zip(marks, [*marks[1:], len(lines)]):
        rest, body = MARK.match(lines[start])["rest"].split(), "\n".join(lines[start + 1 : end]).strip("\n")
        if rest[:1] == ["holds"]:
            after = int(rest[2]) if rest[1:2] == ["after"] and len(rest) == 3 else None
            try:
                statements = ast.parse(body).body
            except SyntaxError as error:
                raise wrong(start + 1 + (error.lineno or 0), f"not an expression: {error.msg}") from None
            for statement in statements:
                if not isinstance(statement, ast.Expr):
                    raise wrong(start + 1 + statement.lineno, "a statement among expressions")
                session.holds.append(Hold(ast.get_source_segment(body, statement), after))
        elif rest[:1] == ["raises"] and len(rest) == 2:
            session.cells.append(Cell(body, raises=rest[1]))
        elif not rest:
            session.cells.append(Cell(body))
        else:
            raise wrong(start + 1, f"not a mark of a cell: {lines[start]!r}")
    if not session.cells:
        raise wrong(1, "no cell")
    for hold in session.holds:
        if hold.after is not None and not 1 <= hold.after <= len(session.cells):
            raise wrong(1, f"holds after {hold.after}: there are {len(session.cells)} cells")
    return session


def read(path: Path) -> Session:
    return parse(path.read_text(), path)


def read_all(folder: Path) -> list[Session]:
    return [read(path) for path in sorted(folder.glob("*.py"))]
