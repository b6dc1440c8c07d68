"""History and planner as Python sees them."""
import pytest

from kernelferry import _ferry

X, Y = "0" * 31 + "1", "0" * 31 + "2"


def session():
    graph = _ferry.SessionGraph()
    graph.apply(_ferry.CellRecord(execution=1, count=1, writes=["x"], duration_us=2_000_000))
    graph.apply(_ferry.ChangeRecord(since=0, after=1, changed=[
        _ferry.ComponentState(names=["x"], fingerprint=X, transparent=True)]))
    graph.apply(_ferry.CellRecord(execution=2, count=2, reads=["x"], writes=["g"], duration_us=500_000))
    graph.apply(_ferry.ChangeRecord(since=1, after=2, changed=[
        _ferry.ComponentState(names=["g"], fingerprint=Y, opaque="generator at g")]))
    return graph


def test_graph_tells_what_lives_and_who_made_it():
    graph = session()
    assert graph.executions == [1, 2]
    assert graph.live() == {("x",): X, ("g",): Y}
    assert graph.producers(("g",)) == [2]
    assert graph.producers(("nobody",)) == []
    with pytest.raises(_ferry.FerryError, match="execution 2"):
        graph.apply(_ferry.CellRecord(execution=2))


def test_plan_stores_and_replays():
    plan = _ferry.plan(session(), {
        ("x",): _ferry.Cost(bytes=1000, load_seconds=0.5),
        ("g",): _ferry.Cost(storable=False, reason="generator at g", opaque=True)})
    by_key = {entry["key"]: entry for entry in plan["entries"]}
    assert (by_key["x",]["way"], by_key["x",]["code"]) == ("stored", "fits")
    assert (by_key["g",]["way"], by_key["g",]["executions"]) == ("replayed", [2])
    assert "cell 2" in by_key["g",]["reason"] and "generator at g" in by_key["g",]["reason"]
    assert plan["steps"] == [("load", ("x",)), ("replay", 2)]
    assert plan["totals"]["bytes"] == 1000


def test_wishes_and_bad_arguments():
    costs = {("g",): _ferry.Cost(storable=False)}
    plan = _ferry.plan(session(), costs, no_replay={2})
    entry = next(e for e in plan["entries"] if e["key"] == ("g",))
    assert (entry["way"], entry["code"]) == ("lost", "unsafe-cell")
    assert [b["cell"] for b in plan["blockers"]] == [2]
    with pytest.raises(ValueError, match="store-first or cheapest"):
        _ferry.plan(session(), {}, "fastest")
    with pytest.raises(ValueError, match="bandwidth"):
        _ferry.plan(session(), {}, bandwidth=0)


def test_cells_behind():
    cells = _ferry.plan_behind(session(), 1)
    assert cells == [{"cell": 2, "replay": True, "reason": ""}]
    cells = _ferry.plan_behind(session(), 1, missing={("x",): "is gone"})
    assert not cells[0]["replay"] and "x, which is gone" in cells[0]["reason"]
