"""Results of the magics: text for a terminal, HTML for a notebook, `.data` for programs (docs/interfaces.md, "JSON").

HTML carries no script and no style sheet of its own; it uses JupyterLab's CSS variables, so that it fits light and dark
themes, and stays readable where they do not exist.
"""

import html
import json

HEAD = "<div style='font-family: var(--jp-ui-font-family, sans-serif); font-size: 13px'>"
CELL = "padding: 2px 10px 2px 0; text-align: left; vertical-align: top"
MUTED = "color: var(--jp-ui-font-color2, #777)"
WARN = "color: var(--jp-warn-color0, #b26a00)"
ADMITTED_FIRST = ("failed", "lost", "image", "pending", "replayed", "stored")


def admitted(entry: dict) -> bool:
    """Whether the entry says that the name is not what it was."""
    return entry["way"] in ("failed", "lost") or entry.get("verified") is False


def human_bytes(count) -> str:
    size, units = float(count or 0), ["B", "KB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "B" or size >= 99.5 else f"{size:.1f} {units[0]}"


def human_seconds(seconds) -> str:
    seconds = seconds or 0
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Result:
    """What a magic returns. `data` is the object of `--json`; `title` and `lines` are what a person reads first."""

    def __init__(self, data: dict, title: str, lines=(), table=None):
        self.data, self.title, self.lines = data, title, list(lines)
        self.table = table  # (headings, rows) or None

    def __repr__(self):
        parts = [self.title, *(f"  {line}" for line in self.lines)]
        if self.table and self.table[1]:
            rows = [self.table[0], *self.table[1]]
            widths = [min(48, max(len(str(row[i])) for row in rows)) for i in range(len(rows[0]))]
            parts += ["  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        return "\n".join(parts)

    def _repr_html_(self):
        parts = [HEAD, f"<div><b>{html.escape(self.title)}</b></div>"]
        parts += [f"<div style='{MUTED}'>{html.escape(line)}</div>" for line in self.lines]
        if self.table and self.table[1]:
            parts.append("<table style='border-collapse: collapse; margin-top: 4px'>")
            parts.append("<tr>" + "".join(f"<th style='{CELL}'>{html.escape(h)}</th>" for h in self.table[0]) + "</tr>")
            for row in self.table[1]:
                style = f"{CELL}; {WARN}" if any(cell in ("failed", "lost") for cell in row) else CELL
                parts.append("<tr>" + "".join(f"<td style='{style}'>{html.escape(str(c))}</td>" for c in row) + "</tr>")
            parts.append("</table>")
        return "".join(parts) + "</div>"


class Json:
    """The same result where `--json` was given: the object itself, and its text."""

    def __init__(self, data: dict):
        self.data = data

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"application/json": self.data, "text/plain": json.dumps(self.data)}

    def __repr__(self):
        return json.dumps(self.data)


def shell(schema: str, session: str) -> dict:
    """The keys that every result has, for a command that did what it was asked."""
    return {"schema": schema, "ok": True, "session": session, "messages": [], "error": None}


def failure(schema: str, session: str, code: str, what: str, remedy: str = "") -> dict:
    data = shell(schema, session)
    data.update(ok=False, error={"code": code, "what": what, "remedy": remedy}, messages=[f"{what}. {remedy}".rstrip(". ") + "."])
    return data


def head_line(variables: dict) -> str:
    """`41 of 43 variables back, 2 not: g (generator: needs a system image), con (connection)`."""
    lost = {name: entry for name, entry in variables.items() if admitted(entry)}
    pending = sum(entry["way"] == "pending" for entry in variables.values())
    line = f"{len(variables) - len(lost) - pending} of {len(variables)} variables back"
    if pending:
        line += f", {pending} still loading"
    if lost:
        shown = [f"{name} ({entry['reason'] or entry['code']})" for name, entry in list(lost.items())[:5]]
        line += f", {len(lost)} not: " + ", ".join(shown) + (", ..." if len(lost) > 5 else "")
    return line


def variable_table(variables: dict):
    """The rows of a report, what is not back first."""
    order = sorted(variables.items(), key=lambda item: (not admitted(item[1]), ADMITTED_FIRST.index(item[1]["way"]), item[0]))
    verified = {True: "equal", False: "different", None: ""}
    rows = [[name, e["way"], verified[e.get("verified")], e["type"], human_bytes(e["bytes"]), human_seconds(e["seconds"]), e["reason"] or ""]
            for name, e in order]
    return ["name", "way", "verified", "type", "bytes", "time", "why"], rows
