"""The plan of a move drawn: well-formed SVG without scripts, a box for each cell and variable, a line from the one to the other."""

import re
import xml.etree.ElementTree as ET

from kernelferry.session import plan_picture

SVG = "{http://www.w3.org/2000/svg}"


def test_what_cells_make_is_tied_to_them_and_what_users_wrote_is_escaped():
    cells = [(1, "x = '<script>a&b'", False), (2, "g = iter(x)", True), (3, "pass", False)]
    variables = [("x", "stored", "16 B", [1]), ("g", "replayed", "cell [2]", [1, 2]), ("lock", "lost", "a & b", [])]
    text = plan_picture.draw(cells, variables)
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} == {SVG + tag for tag in ("svg", "path", "rect", "text")}
    assert [element.text for element in root.iter(SVG + "text")] == ["x: 16 B", "g: cell [2]", "lock: a & b", "[1] x = '<script>a&b'", "[2] g = iter(x)"]
    assert len(root.findall(SVG + "path")) == 3 and len(root.findall(SVG + "rect")) == 5
    assert "<script" not in text and not re.search(r"\bon\w+=|href", text)
    assert plan_picture.draw([], []) == ""


def test_what_has_no_room_is_counted():
    text = plan_picture.draw([(1, "many()", False)], [(f"v{i}", "stored", "1 B", [1]) for i in range(50)] + [("g", "lost", "why", [1])])
    svg, note = text[:text.index("</svg>") + 6], text[text.index("</svg>") + 6:]
    assert note == "<div>and 11 more variables that are stored</div>"
    assert "g: why" in [element.text for element in ET.fromstring(svg).iter(SVG + "text")]
