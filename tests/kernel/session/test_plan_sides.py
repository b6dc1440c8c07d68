"""Both policies of a plan side by side, reckoned by hand and as a kernel shows them."""

from kernelferry import _ferry
from kernelferry.session import plan_sides, report

COUNTS = {1: 1, 2: 4}  # executions, and the numbers that the notebook shows
BANDWIDTH = 1000.0


def sides(price=None):
    """x takes 2 s to make in execution 1, y half a second in execution 2 from x; each is 3000 bytes, 3 s on this wire."""
    graph = _ferry.SessionGraph()
    for number, (name, reads, microseconds) in enumerate([("x", [], 2_000_000), ("y", ["x"], 500_000)], 1):
        graph.apply(_ferry.CellRecord(execution=number, count=number, reads=reads, writes=[name], duration_us=microseconds))
        state = _ferry.ComponentState(names=[name], fingerprint=f"{number:032x}", transparent=True)
        graph.apply(_ferry.ChangeRecord(since=number - 1, after=number, changed=[state]))
    costs = {(name,): _ferry.Cost(bytes=3000, store_seconds=0.1, load_seconds=0.2) for name in "xy"}
    return {p: plan_sides.side(_ferry.plan(graph, costs, policy=p, bandwidth=BANDWIDTH, have_source=True), COUNTS, BANDWIDTH, price)
            for p in plan_sides.POLICIES}


def rounded(side):
    return side.bytes, *(round(number, 3) for number in (side.send_s, side.replay_s, side.seconds)), side.cells


def test_what_each_sends_and_runs_again_and_the_wire_counts_once():
    first, cheapest = sides().values()
    assert rounded(first) == (6000, 6.0, 0.0, 6.6, []), "encoded in 0.2 s, sent in 6, loaded in 0.4"
    assert rounded(cheapest) == (0, 0.0, 2.5, 2.5, [1, 4])
    assert first.variables["y"] == {"way": "stored", "bytes": 3000, "seconds": 3.2, "cells": []}
    assert cheapest.variables["y"] == {"way": "replayed", "bytes": 0, "seconds": 2.5, "cells": [1, 4]}


def test_in_an_image_both_say_the_same():
    for side in sides(price=(8000, 9.0, 1.0)).values():
        assert rounded(side) == (8000, 8.0, 0.0, 10.0, [])
        assert side.variables["x"] == {"way": "image", "bytes": 0, "seconds": 1.0, "cells": []}


def test_the_table_has_a_column_for_each():
    both = sides()
    entries = {name: {"code": "cheap", "reason": "why", **way} for name, way in both["cheapest"].variables.items()}
    headings, rows = plan_sides.table(both, "cheapest", entries)
    assert headings == ["", "store-first", "cheapest (chosen)", "why"]
    assert rows == [["to send", "6.0 KB, 6.0 s", "0 B, 0 ms", ""], ["cells again", "none", "2 cells, 2.5 s", ""], ["in all", "6.6 s", "2.5 s", ""],
                    ["x", "stored, 3.0 KB, 3.2 s", "replayed, 2.0 s", "why"], ["y", "stored, 3.0 KB, 3.2 s", "replayed, 2.5 s", "why"]]
    assert plan_sides.line("cheapest", both["cheapest"]) == "cheapest: 0 B to send in 0 ms, 2 cells again in 2.5 s, 2.5 s in all"
    shown = report.Result({}, "Plan", table=(headings, rows))
    assert "<th" in shown._repr_html_() and shown._repr_html_().count("3.0 KB, 3.2 s") == repr(shown).count("3.0 KB, 3.2 s") == 2


def test_what_both_policies_store_needs_no_reason_unless_somebody_asked_for_another_way():
    stored = {"way": "stored", "code": "unsafe-cell", "reason": "it cannot be made again: cell [1] must not run again"}
    assert plan_sides.why(stored, ["stored", "stored"]) == ""
    assert plan_sides.why(stored, ["stored", "replayed"]) == stored["reason"]
    asked = {**stored, "reason": "you asked for it to be recomputed, but it cannot be made again"}
    assert plan_sides.why(asked, ["stored", "stored"]) == asked["reason"]
