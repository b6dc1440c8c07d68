"""Which modules have come and which were written to since they were dealt with."""
import sys
import types

from kernelferry import _ferry


def names(watch):
    return {name for name, module, dictionary in watch.look() if name.startswith("of_this_test")}


def test_a_module_is_found_until_it_is_dealt_with_and_when_it_is_written_to_or_replaced(monkeypatch):
    watch = _ferry.ModuleWatch()
    for name in ("of_this_test", "of_this_test.alias"):
        monkeypatch.setitem(sys.modules, name, module := types.ModuleType("of_this_test"))
    assert names(watch) == names(watch) == {"of_this_test", "of_this_test.alias"}
    watch.settle()
    assert names(watch) == set()
    module.attribute = 1
    assert names(watch) == {"of_this_test.alias"}
    watch.settle()
    assert names(watch) == set()
    monkeypatch.setitem(sys.modules, "of_this_test", types.ModuleType("of_this_test"))
    assert names(watch) == {"of_this_test"}


def test_what_stands_in_place_of_a_module_is_found_each_time_if_it_has_a_dict(monkeypatch):
    watch = _ferry.ModuleWatch()
    monkeypatch.setitem(sys.modules, "of_this_test", types.SimpleNamespace(value=1))
    monkeypatch.setitem(sys.modules, "of_this_test.none", None)
    for _ in range(2):
        (found,) = [dictionary for name, _, dictionary in watch.look() if name == "of_this_test"]
        assert found == {"value": 1}
        assert names(watch) == {"of_this_test"}
        watch.settle()
