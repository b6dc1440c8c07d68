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


def test_rows_that_are_not_back_come_first():
    rows = report.variable_table({"a": entry(), "z": entry("failed", None, "no")})[1]
    assert [row[0] for row in rows] == ["z", "a"]


def test_sizes_and_times_are_readable():
    assert [report.human_bytes(n) for n in (0, 999, 1500, 2_400_000, 5e9)] == ["0 B", "999 B", "1.5 KB", "2.4 MB", "5.0 GB"]
    assert [report.human_seconds(s) for s in (0.004, 3.21, 600)] == ["4 ms", "3.2 s", "10 min"]
