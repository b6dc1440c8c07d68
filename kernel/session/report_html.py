"""A result as HTML for a notebook.

It carries no script and no style sheet of its own; it uses JupyterLab's CSS variables, so that it fits light and dark
themes, and stays readable where they do not exist.
"""

from html import escape

from .report import cut

STYLE = "font-family: var(--jp-ui-font-family, sans-serif); font-size: var(--jp-ui-font-size1, 13px)"
CELL = "padding: 2px 16px 2px 0; border: none; text-align: left; vertical-align: top; white-space: nowrap"
LAST = CELL.replace("nowrap", "normal") + "; overflow-wrap: break-word"  # the only column that is long
MUTED = "color: var(--jp-ui-font-color2, #767676)"
NOT_BACK = ("failed", "lost", "different")  # cells that are marked, with the name before them
WARN = "color: var(--jp-warn-color0, #b26a00); font-weight: 600"


def draw(result) -> str:
    """result: report.Result."""
    title, body = escape(result.title), [f"<div style='{MUTED}; overflow-wrap: anywhere'>{escape(line)}</div>" for line in result.lines]
    table = _table(*result.columns())
    if result.folded and table:
        head = f"<details><summary style='cursor: pointer'>{title}</summary>{table}</details>"
    elif result.folded:
        head = f"<div style='{MUTED}'>{title}</div>"
    else:
        head, body = f"<div><b>{title}</b></div>", [*body, table, result.picture]
    return f"<div style='{STYLE}'>{head}{''.join(body)}</div>"


def _table(headings, rows) -> str:
    if not rows:
        return ""
    below = headings[-1] == "why"  # reasons are long: each gets a row of its own, under its name
    if below:
        headings = headings[:-1]
    parts = ["<table style='border-collapse: collapse; margin: 4px 0'><tr>"]
    parts += [f"<th style='{CELL}; font-weight: 600'>{escape(heading)}</th>" for heading in headings]
    for row in rows:
        cells = row[:len(headings)]
        marked = [cell in NOT_BACK for cell in cells]
        marked[0] = any(marked)
        styles = [f"{CELL}; {WARN}" if mark else CELL for mark in marked]
        if not below:
            styles[-1] = LAST
        parts.append("</tr><tr>" + "".join(f"<td style='{s}'>{escape(cut(cell, 2000 if s is LAST else 60))}</td>"
                                           for s, cell in zip(styles, cells)))
        if below and row[-1]:
            parts.append(f"</tr><tr><td colspan='{len(headings)}' style='{LAST}; {MUTED}; padding-left: 16px'>"
                         f"{escape(cut(row[-1], 2000))}</td>")
    return "".join(parts) + "</tr></table>"
