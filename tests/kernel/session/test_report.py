import re

import pytest

from kernelferry.session import report


def entry(way="stored", verified=True, reason=None):
    return {"way": way, "verified": verified, "type": "int", "bytes": 10, "seconds": 0.01, "code": "fits", "reason": reason}


def test_the_head_line_counts_what_is_back_and_names_what_is_not():
    variables = {"a": entry(), "g": entry("lost", None, "generator: needs a system image"), "d": entry("stored", False, "differs")}
    assert report.head_line(variables) == "1 of 3 variables back, 2 not: g (generator: needs a system image), d (differs)"


def test_what_is_still_loading_is_not_counted_as_back():
    assert report.head_line({"a": entry("pending", None), "b": entry()}) == "1 of 2 variables back, 1 still loading"


def test_html_escapes_what_users_named():
    result = report.Result({}, "<script>", ["a & b"], (["name"], [["<b>"]]))
    html = result._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "a &amp; b" in html and "&lt;b&gt;" in html


def test_what_is_not_back_is_marked_by_either_policy():
    rows = [["db", "lost", "lost", "why"], ["a", "stored", "stored", ""], ["g", "replayed", "lost", "why"]]
    html = report.Result({}, "Plan", [], (["", "store-first", "cheapest", "why"], rows))._repr_html_()
    marked = re.findall(r"<td style='[^']*font-weight: 600'>([^<]*)", html)
    assert marked == ["db", "lost", "lost", "g", "lost"]


def test_rows_that_are_not_back_come_first():
    rows = report.variable_table({"a": entry(), "z": entry("failed", None, "no")})[1]
    assert [row[0] for row in rows] == ["z", "a"]


def test_sizes_and_times_are_readable():
    assert [report.human_bytes(n) for n in (0, 999, 1500, 2_400_000, 5e9)] == ["0 B", "999 B", "1.5 KB", "2.4 MB", "5.0 GB"]
    assert [report.human_seconds(s) for s in (0.004, 3.21, 600)] == ["4 ms", "3.2 s", "10 min"]


def test_text_is_never_wider_than_a_page():
    long = "it cannot be stored (" + "a.very.long.path." * 30 + "), and cannot be made again"
    variables = {"a_name_that_goes_on_and_on_for_thirty_columns": entry("lost", None, long), "b": entry()}
    result = report.Result({}, report.head_line(variables), [long], report.variable_table(variables))
    lines = repr(result).splitlines()
    assert max(map(len, lines)) <= report.WIDTH == 80 and len(lines) < 12
    assert long in result._repr_html_()


@pytest.mark.parametrize("command", ["%session replay-ok 2", "%migrate you@host --force", "`jupyter ferry doctor`", "jupyter ferry attach 0123456789abcdef"])
def test_no_line_ends_inside_a_command(command):
    for before in range(40, 80):
        text = "w" * before + " " + command + ", or not"
        shown = repr(report.Result({}, text, [text], (["name", "why"], [["a", text]])))
        assert shown.count(command) == 3 and max(map(len, shown.splitlines())) <= report.WIDTH, shown


def test_columns_that_are_too_wide_together_give_way():
    rows = [["a_long_name_of_a_variable", "replayed", "equal", "some_library.AClassOfALongName", "17.9 KB", "13 ms", "why"]] * 2
    lines = repr(report.Result({}, "t", [], (["name", "way", "verified", "type", "size", "time", "why"], rows))).splitlines()
    assert max(map(len, lines)) <= report.WIDTH and any("17.9 KB  13 ms" in line and "replayed" in line for line in lines), lines


def test_what_is_kept_is_not_called_lost():
    kept = entry("failed", None, "a existed already and was kept; --overwrite replaces it") | {"code": "skipped"}
    assert report.head_line({"a": kept, "b": entry()}) == "1 of 2 variables back, 1 existed already and was kept"


def test_a_notice_is_one_line_and_its_table_folds():
    variables = {"a": entry("lost", None, "no")}
    notice = report.Result({}, report.head_line(variables), [], report.variable_table(variables), folded=True)
    assert repr(notice) == "0 of 1 variables back, 1 not: a (no)"
    assert notice._repr_html_().index("<summary") < notice._repr_html_().index("<table")


def test_cells_are_named_by_their_prompts():
    assert report.with_prompts("cell 7 makes it again; cell 8 too", {7: 3}) == "cell [3] makes it again; cell 8 too"
