"""Settings of libraries, each for itself (settings.py)."""
import sys
import types

import pytest
from kernelferry.capsule import kind, settings


class Unlike(str):
    def __new__(cls, text, number):
        return super().__new__(cls, text)


@pytest.fixture
def libraries(monkeypatch):
    """Two, whose settings are their attribute `value`."""
    made = [types.ModuleType(f"ferry_settings_{number}") for number in range(2)]
    for module in made:
        module.value = 0
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(settings.SETTINGS, module.__name__, (lambda module: module.value, lambda module, value: setattr(module, "value", value)))
    return made


@pytest.mark.parametrize("value, why", [(sys._getframe(), "cannot pickle 'frame' object"), (Unlike("text", 1), "missing 1 required positional argument")])
def test_settings_that_cannot_be_had_cost_no_others(libraries, value, why):
    one, other = libraries
    where, base = kind.Where(None, {}, {}), settings.Settings()
    one.value, other.value = value, 5
    state, _ = settings.capture_settings(where, base)
    other.value = 0
    told = settings.apply_settings(where, state)
    assert other.value == 5
    assert told.startswith(f"settings of {one.__name__}: ") and why in told


def test_settings_of_an_older_store_are_there_themselves(libraries):
    assert settings.apply_settings(kind.Where(None, {}, {}), {libraries[0].__name__: 7}) == "" and libraries[0].value == 7
