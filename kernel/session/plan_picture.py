"""The plan of a move as a picture: cells on the left, variables on the right, a line from each cell to what it makes.

Inline SVG without scripts or style sheets. Text takes the colour of the page, so that it fits light and dark themes; the
colour of a way is the only other one. Cells that run again are filled. What is not simply stored comes first where the
picture has no room for everything.
"""

from html import escape

COLOURS = {"stored": "#4c8bd0", "replayed": "#3a9d5d", "image": "#9467bd", "lost": "#d2533c"}
ROW, ROOM = 24, 40  # height of a row in pixels; rows of one column
CELL, GAP, VARIABLE = 250, 120, 330  # widths in pixels
WIDTH = CELL + GAP + VARIABLE + 4
LETTER = 7.4  # of a monospaced font of 12 pixels, the widest that browsers come with


def draw(cells, variables) -> str:
    """cells: [(number, source, runs again)] in order; variables: [(names, way, text, numbers of its cells)]. "" for nothing."""
    shown = sorted(variables, key=lambda v: v[1] == "stored")[:ROOM]
    shown = [v for v in variables if v in shown]  # in their own order again
    used = {number for v in shown for number in v[3]}
    rows = [cell for cell in cells if cell[0] in used or cell[2]][-ROOM:]
    if not shown or not rows:
        return ""
    left = {cell[0]: 2 + i * ROW for i, cell in enumerate(rows)}
    parts, height = [], 4 + ROW * max(len(rows), len(shown))
    for i, (names, way, text, numbers) in enumerate(shown):
        top = 2 + i * ROW
        for number in numbers:
            if number in left:
                parts.append(_line(left[number] + ROW / 2, top + ROW / 2, COLOURS.get(way, COLOURS["lost"]), way != "stored"))
        parts.append(_box(CELL + GAP, top, VARIABLE, f"{names}: {text}", COLOURS.get(way, COLOURS["lost"]), way != "stored"))
    for number, source, again in rows:
        parts.append(_box(2, left[number], CELL, f"[{number}] {source}", COLOURS["replayed"] if again else "currentColor", again))
    left_out = len(variables) - len(shown)
    note = f"<div>and {left_out} more variables that are stored</div>" if left_out else ""
    return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' viewBox='0 0 {WIDTH} {height}' role='img' "
            f"aria-label='cells and the variables they make' style='max-width: 100%; margin: 6px 0'>{''.join(parts)}</svg>{note}")


def _line(y1, y2, colour, strong):
    x1, x2 = CELL + 2, CELL + GAP
    middle = (x1 + x2) / 2
    return (f"<path d='M {x1} {y1} C {middle} {y1} {middle} {y2} {x2} {y2}' fill='none' stroke='{colour}' "
            f"stroke-width='{1.8 if strong else 1}' opacity='{1 if strong else 0.5}'/>")


def _box(x, y, width, text, colour, filled):
    letters = int((width - 16) / LETTER)
    text = text if len(text) <= letters else text[: letters - 1] + "…"
    return (f"<rect x='{x}' y='{y + 2}' width='{width}' height='{ROW - 4}' rx='4' fill='{colour if filled else 'none'}' "
            f"fill-opacity='0.18' stroke='{colour}' stroke-opacity='0.7'/>"
            f"<text x='{x + 8}' y='{y + ROW / 2 + 4}' font-size='12' fill='currentColor' style='font-family: monospace'>{escape(text)}</text>")
