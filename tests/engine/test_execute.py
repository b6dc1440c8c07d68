"""Cells: results, errors, counters, payloads, user expressions."""


def test_result(engine):
    assert engine.ok("6 * 7").result == "42"


def test_error(engine):
    run = engine.run("1/0")
    assert (run.status, run.content["ename"], run.content["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert "division by zero" in run.content["traceback"][-1]
    assert run.all("error")[0]["ename"] == "ZeroDivisionError"
