"""Widgets of anywidget hold the text of their library's scripts; blobs refer to it."""

import gc
import importlib
import pathlib
import sys

import pytest

from kernelferry import codec

GOLDEN = pathlib.Path(__file__).parents[2] / "golden" / "codec" / "layout-5"
LIBRARY = """import anywidget, traitlets
class Shown(anywidget.AnyWidget):
    _esm = {script!r}
    value = traitlets.Int(0).tag(sync=True)
class Small(anywidget.AnyWidget):
    _esm = "export default {{}}"
"""
SCRIPT, OTHER = ("export default {render() {}} // " + text * 50_000 for text in ("ab", "cd"))


@pytest.fixture(autouse=True)
def open_comms(monkeypatch):
    """A widget and its copy have one comm, which only one of them could close."""
    import ipywidgets
    monkeypatch.setattr(ipywidgets.Widget, "__del__", lambda self: None)
    yield
    gc.collect()


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    def load(script):
        sys.modules.pop("shown_widgets", None)
        (tmp_path / "shown_widgets.py").write_text(LIBRARY.format(script=script))
        importlib.invalidate_caches()
        return importlib.import_module("shown_widgets")
    yield load
    sys.modules.pop("shown_widgets", None)


def written(**values):
    return b"".join(codec.encode(values, {}, {}, {"__name__": "__main__"}).chunks)


def read(blob):
    return codec.decode(memoryview(blob), None, {}).values


def test_a_script_of_a_library_is_not_written(library):
    cls = library(SCRIPT).Shown
    made = written(w=cls(value=3), v=cls(value=4), text=cls._esm)
    assert len(made) < 20_000 and made[4] == 5
    back = read(made)
    assert (back["w"].value, back["v"].value) == (3, 4) and back["w"]._esm is back["v"]._esm is back["text"] is cls._esm


def test_what_is_not_the_librarys_text_is_written(library):
    module = library(SCRIPT)
    widget = module.Shown()
    widget._esm = OTHER
    made = written(w=widget)
    assert len(made) > len(OTHER) and read(made)["w"]._esm == OTHER
    small = written(w=module.Small())
    assert small[4] < 5 and read(small)["w"]._esm == module.Small._esm


def test_a_text_that_the_library_has_changed_is_the_new_one(library):
    made = written(w=library(SCRIPT).Shown(value=3))
    cls = library(OTHER).Shown
    back = read(made)["w"]
    assert back._esm is cls._esm and back.value == 3


def test_a_file_of_a_library_counts(library, tmp_path):
    (tmp_path / "script.js").write_text(SCRIPT)
    module = library(str(tmp_path / "script.js"))
    made = written(w=module.Shown())
    assert len(made) < 20_000 and made[4] == 5 and read(made)["w"]._esm == SCRIPT


def test_blobs_of_layout_5_still_load():
    from plotly.graph_objects import FigureWidget
    assert read(GOLDEN.read_bytes()) == {"text": str(FigureWidget._esm)}
