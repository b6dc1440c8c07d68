"""Widgets whose scripts are their library's."""

from .answers import said

LIBRARY = "import anywidget\nclass Shown(anywidget.AnyWidget):\n    _esm = 'export default {render() {}} // ' + %r * 500_000\n"


def test_each_widget_costs_what_it_holds_and_other_scripts_are_named(notebook):
    packages = notebook.folder / "lib" / "site-packages"
    startup = notebook.folder / "ipython" / "profile_default" / "startup"
    for folder in (packages, startup):
        folder.mkdir(parents=True)
    (startup / "path.py").write_text(f"import sys; sys.path.append({str(packages)!r})")
    (packages / "shown_widgets.py").write_text(LIBRARY % "a")
    first = notebook.open(FERRY_SAVE="manual")
    first.run("from shown_widgets import Shown\nwidget = Shown()", "cell-0")
    assert first.magic("%checkpoint")["bytes"] < 100_000
    first.run("other = Shown()", "cell-1")
    assert first.magic("%checkpoint")["bytes"] < 100_000
    first.suspend()
    second = notebook.open(FERRY_SAVE="manual")
    assert second.evaluate(["widget._esm is other._esm is Shown._esm", "len(other._esm) > 500_000"]) == ["True", "True"]
    variables = second.magic("%resume")["variables"]
    assert all(variables[name]["verified"] is True for name in ("widget", "other")), variables
    second.suspend()
    (packages / "shown_widgets.py").write_text(LIBRARY % "b")
    third = notebook.open(FERRY_SAVE="manual")
    shown = said(third.run("type(widget)", "cell-0"))
    variables = third.magic("%resume")["variables"]
    assert variables["widget"]["verified"] is False and "widget" in shown, (variables, shown)
