"""What results show is kept as JSON has it, and of what is plain no JSON is written for that: the reply waits for it."""
import types
from collections import OrderedDict
from json import dumps, loads

import pytest

from kernelferry.engine import shown

PLOT = {"data": [{"y": [0.5, None, True], "x": ("a", "é"), "z": [[1, 2.5], [3, 4]]}], "layout": {}, "title": "text"}


def kept(part, count=1):
    """What of the result of a cell is kept."""
    history = types.SimpleNamespace(outputs={count: [types.SimpleNamespace(bundle={"application/json": part})]}, exceptions={})
    shown.Shown().over(history, count, True)
    return history.outputs[count][0].bundle.get("application/json") if count in history.outputs else None


@pytest.mark.parametrize("part", [PLOT, [], (), [[]], {"a": {}}, {1: 2, "1": [3]}, OrderedDict(a=[1]), [{"n": n} for n in range(500)]])
def test_what_is_kept_is_what_json_makes_of_it(part):
    assert kept(part) == loads(dumps(part)) and kept(part) is not part


def test_no_json_is_written_of_what_is_plain(monkeypatch):
    monkeypatch.setattr(shown, "dumps", None)
    own = kept(PLOT)
    assert own["data"][0]["y"] == PLOT["data"][0]["y"] and own["data"][0]["y"] is not PLOT["data"][0]["y"]


def test_what_is_no_json_is_not_kept():
    around = []
    around.append(around)
    assert [kept(part) for part in (around, {"a": {1}}, [b"bytes"], {("a",): 1})] == [None] * 4


def test_of_much_nothing_is_kept(monkeypatch):
    monkeypatch.setattr(shown, "MOST", 1000)
    assert kept({"x": ["word"] * 60}) is not None and kept({"x": ["word"] * 300}) is None and kept({"x": [1.5] * 300}) is None
