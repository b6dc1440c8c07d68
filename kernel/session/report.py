"""Results of the magics: text for a terminal, HTML for a notebook (report_html), `.data` for programs (docs/interfaces.md, "JSON").

Text fits into WIDTH columns: a reason that is longer is cut here and stands whole in `.data`. A command stands on one line (util/words.h).
"""

import re
from json import dumps  # as it is now, as what follows: a cell may put another in its place
from textwrap import shorten, wrap

from kernelferry import _ferry

WIDTH = 80  # of a terminal, where text is what a console shows
COLUMN = 24  # columns of the text that one of a table may take, the last excepted
LEAST = 12  # that each keeps where they are too wide together
NAMED = 5  # names that a head line spells out
NOTED = 6  # lines of a notice
FILES_SHOWN = 5  # lines about files
ORDER = ("failed", "lost", "image", "pending", "replayed", "stored")
SHORT = {  # code -> what a head line says of a name that is not back
    "unpicklable": "cannot be stored", "load-error": "could not be loaded", "replay-error": "its cells failed when they ran again",
    "differs": "came back different", "unsafe-cell": "cannot be stored or made again", "nondeterministic": "cannot be stored or made again",
    "unexplained-change": "cannot be stored or made again", "missing-package": "a package is missing"}


def some(texts, between=", ") -> str:
    """The first few of them spelled out."""
    texts = list(texts)
    return between.join(texts[:NAMED]) + (f" and {len(texts) - NAMED} more" if len(texts) > NAMED else "")


def admitted(entry: dict) -> bool:
    """Whether the entry says that the name is not what it was."""
    return entry["way"] in ("failed", "lost") or entry.get("verified") is False


def kept(entry: dict) -> bool:
    """Whether the name existed before the resume and was left as it was."""
    return entry["code"] == "skipped"


def human_bytes(count) -> str:
    size, units = float(count or 0), ["B", "KB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" or size >= 99.5 else f"{size:.1f} {units[0]}"


def human_seconds(seconds) -> str:
    seconds = seconds or 0
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def cut(text: str, width: int) -> str:
    """The text on one line of at most `width` characters."""
    return shorten(str(text), width, placeholder=" ...") if " " in str(text)[:width] else str(text)[:width]


def wrapped(text, first="", rest="    ", most=3) -> list:
    """The text as lines of WIDTH columns, at most so many of them."""
    whole = _ferry.with_whole_commands(str(text).encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    lines = wrap(whole, WIDTH, initial_indent=first, subsequent_indent=rest, max_lines=most, placeholder=" ...",
                 break_on_hyphens=False)
    return [line.replace(_ferry.IN_COMMAND, " ") for line in lines]


def with_prompts(text: str, counts: dict) -> str:
    """A planner's sentence with the numbers that a notebook shows: "cell 7" becomes "cell [5]" where counts[7] == 5."""
    return re.sub(r"\bcell (\d+)\b", lambda m: f"cell [{counts[int(m[1])]}]" if int(m[1]) in counts else m[0], text or "")


class Result:
    """What a magic returns. `data` is the object of `--json`; `title` and `lines` are what a person reads first.

    `table`: (headings, rows) or None. `picture`: HTML that stands below it. `folded`: the table hides behind the title until it is asked for, and is no part of
    the text."""

    def __init__(self, data: dict, title: str, lines=(), table=None, folded=False, picture=""):
        self.data, self.title, self.lines, self.folded = data, title, list(lines), folded
        self.table, self.picture = table, picture

    def columns(self):
        """The table without columns that hold nothing, as text."""
        if not self.table or not self.table[1]:
            return [], []
        rows = [[str(cell) for cell in row] for row in self.table[1]]
        used = [i for i in range(len(self.table[0])) if any(row[i] for row in rows)]
        return [self.table[0][i] for i in used], [[row[i] for i in used] for row in rows]

    def __repr__(self):
        lines = wrapped(self.title)
        for line in self.lines:
            lines += wrapped(line, "  ")
        if not self.folded:
            lines += self._text_table()
        return "\n".join(lines)

    def _text_table(self):
        headings, rows = self.columns()
        widths = [min(COLUMN, max(map(len, column))) for column in zip(headings, *rows)][:-1]
        while 2 * len(widths) + sum(widths) > WIDTH and max(widths) > LEAST:
            widths[widths.index(max(widths))] -= 1
        lines = []
        for row in [headings, *rows] if rows else []:
            head = "  " + "  ".join(cut(cell, width).ljust(width) for cell, width in zip(row[:-1], widths))
            if len(head) + 2 + len(row[-1]) <= WIDTH:
                lines.append(f"{head}  {row[-1]}".rstrip())
            else:  # a long reason gets lines of its own
                lines += [head.rstrip(), *wrapped(row[-1], "      ", "      ", most=2)]
        return lines

    def _repr_html_(self):
        from .report_html import draw  # here: no start of a kernel waits for it
        return draw(self)


class Json:
    """The same result where `--json` was given: the object itself, and its text."""

    def __init__(self, data: dict):
        self.data = data

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/json": self.data, "text/plain": dumps(self.data)}

    def __repr__(self):
        return dumps(self.data)


def bundle(result) -> dict:
    """The result as a display message carries it."""
    return {"text/plain": repr(result), "text/html": result._repr_html_(), "application/json": result.data}


def shell(schema: str, session: str) -> dict:
    """The keys that every result has, for a command that did what it was asked."""
    return {"schema": schema, "ok": True, "session": session, "messages": [], "error": None}


def failure(schema: str, session: str, code: str, what: str, remedy: str = "") -> dict:
    data = shell(schema, session)
    message = "; ".join(part.rstrip(".") for part in (what, remedy) if part)
    data.update(ok=False, error={"code": code, "what": what, "remedy": remedy}, messages=[message])
    return data


def head_line(variables: dict, loading=True) -> str:
    """`41 of 43 variables back, 2 not: g (generator: cannot be stored), con (Connection: cannot be stored)`.
    loading: what is pending will come."""
    left = {name for name, entry in variables.items() if kept(entry)}
    lost = {name: entry for name, entry in variables.items() if admitted(entry) and name not in left}
    pending = sum(entry["way"] == "pending" for entry in variables.values())
    line = f"{len(variables) - len(lost) - len(left) - pending} of {len(variables)} variables back"
    if pending:
        line += f", {pending} still loading" if loading else f", {pending} not loaded"
    if left:
        line += f", {len(left)} existed already and {'was' if len(left) == 1 else 'were'} kept"
    if lost:
        shown = [f"{name} ({brief(entry)})" for name, entry in list(lost.items())[:NAMED]]
        line += f", {len(lost)} not: " + ", ".join(shown) + (", ..." if len(lost) > NAMED else "")
    return line


def brief(entry: dict) -> str:
    """Why a name is not back, in a few words."""
    if entry["code"] not in SHORT:
        return cut(entry["reason"] or entry["code"], 60)
    return f"{entry['type'].rpartition('.')[2]}: {SHORT[entry['code']]}"


def changed_lines(changed):
    """What a person reads of files that differ from what cells read."""
    lines = [f"{c['file']}, which cell [{c['cells'][-1]}] read, was {c['was']} and is {c['now']} now" for c in changed[:FILES_SHOWN]]
    more = len(changed) - FILES_SHOWN
    return lines + ([f"and {more} more files that cells read have changed"] if more > 0 else [])


def short_type(name: str) -> str:
    """`pandas.core.frame.DataFrame` as `pandas.DataFrame`."""
    parts = name.split(".")
    return ".".join([parts[0], parts[-1]] if len(parts) > 2 else parts).removeprefix("__main__.")


def why(entry: dict) -> str:
    """The reason in a table; of a plan not what goes without saying."""
    return "" if (entry["way"], entry["code"]) == ("stored", "cheap") else entry["reason"] or ""


def variable_table(variables: dict):
    """The rows of a report, what is not back first."""
    order = sorted(variables.items(), key=lambda item: (not admitted(item[1]), ORDER.index(item[1]["way"]), item[0]))
    verified = {True: "equal", False: "different", None: ""}
    rows = []
    for name, e in order:
        measured = ["", ""] if e["way"] in ("failed", "lost") else [human_bytes(e["bytes"]), human_seconds(e["seconds"])]
        rows.append([name, "kept" if kept(e) else e["way"], verified[e.get("verified")], short_type(e["type"]), *measured, why(e)])
    return ["name", "way", "verified", "type", "size", "time", "why"], rows
