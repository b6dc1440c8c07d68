"""In, Out and the counter of executions; outputs that cannot come back."""
import pickle

from kernelferry.capsule import shared, together
from tests.serializer.capsule.journey import journey


def test_history_outputs_and_counter(tmp_path):
    cells = ["a = [1, 2]", "a", "(a, 'same')", "{'alone': [3]}", "7 * 6", "b = 1"]
    expressions = ["In", "Out[2] is a", "Out[3][0] is a", "_4", "Out", "_, __, ___", "_i5, _i", "get_ipython().execution_count"]
    saved, back = journey(tmp_path, cells, expressions, ["a = [1, 2]\nb = 1"])
    assert set(saved["items"]) == {"In", "Out", "execution_count"}
    assert back["values"] == saved["values"]
    assert back["values"][1:3] == ["True", "True"]


def test_outputs_that_cannot_be_kept_are_named_and_cost_no_others(tmp_path):
    saved, back = journey(tmp_path, ["(i for i in 'ab')", "[5]"], ["Out[2]"])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    assert not out[1] and "Out 1 is not restored" in out[2] and "generator" in out[2]
    assert back["values"] == ["[5]"]


def test_outputs_that_shared_with_what_is_not_there_cost_no_others(tmp_path):
    cells = ["a = [1]; d = {'in': [3]}; s = {'in': [4]}", "a", "d['in']", "[5]", "(6, [d['in'], s['in']])", "[s['in'], 7]", "memoryview(b'8')"]
    saved, back = journey(tmp_path, cells, ["Out[4]", "Out[6]", "Out[6][0] is s['in']", "Out[7].tobytes()", "sorted(Out)", "_6"], ["d = {}; s = {'in': [4]}"])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    moved = "LookupError: it shared an object with the variable d, which does not hold it any more"
    assert out[2] == f"Out 2 is not restored: LookupError: the variable a is not there; Out 3 is not restored: {moved}; Out 5 is not restored: {moved}"
    assert back["values"] == ["[5]", "[[4], 7]", "True", "b'8'", "[4, 6, 7]", "[[4], 7]"]


def test_outputs_that_cannot_be_loaded_cost_no_others(tmp_path):
    bad = "class Bad(Exception):\n    def __init__(self, a, b): super().__init__(a)"
    cells = [f"{bad}\nshared = [1]; bad = Bad(2, 3)\n(shared, 'first')", "[shared, bad, (half := [shared])]", "[half]", "[shared]", "(5, shared)",
             "class Gone: pass\nGone()", "del half, shared, bad"]
    saved, back = journey(tmp_path, cells, ["Out[1]", "Out[4][0] is Out[1][0] is Out[5][1]", "sorted(Out)", "_5"], [bad])
    (out,) = [r for r in back["applied"] if r[0] == "Out"]
    why = "TypeError: Bad.__init__() missing 1 required positional argument: 'b'"
    assert out[2] == f"Out 2 is not restored: {why}; Out 3 is not restored: LookupError: it shared an object with what could not be had: {why}; Out 6 is not restored: LookupError: the variable Gone is not there"
    assert back["values"] == ["([1], 'first')", "True", "[1, 4, 5]", "(5, [1])"]


def test_outputs_of_older_stores_are_one_dict():
    assert together.unpack_together(pickle.dumps({1: [2], 3: "x"}), {}, {}) == ({1: [2], 3: "x"}, {})


def test_a_list_is_looked_through_once_for_all_that_stand_in_it(monkeypatch):
    looked, steps_in = [], shared.steps_in
    monkeypatch.setattr(shared, "steps_in", lambda container: looked.append(container) or steps_in(container))
    rows = [[number] for number in range(9)]
    rows.append(rows[3])
    ways = shared.Ways({id(rows): "rows"}, [(rows, each) for each in rows[:9]])
    assert [ways.get(id(each)) for each in rows[:9]] == [("rows", (("item", number),), "list") for number in range(9)]
    assert looked == [rows]
