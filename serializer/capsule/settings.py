"""Settings that libraries keep inside objects of their own, where no attribute of a module tells that they changed.

`sklearn.set_config(...)`, `mpmath.mp.dps = 40`, `csv.register_dialect(...)`: each is compared with what it was when the library was
first seen. What libraries beside those of library_settings.py keep so is not known (docs/fidelity.md).
"""
import importlib
import sys

from .generator import generators_in, is_generator, set_state, state_of
from .kind import Kind, shown
from .library_settings import SETTINGS, OutOfReach, miss_tables, set_bokeh
from .pack import pack_each, reason, unpack_each

GENERATORS, PACKED, LOST = "generators", "packed", "lost"  # among the names of settings


class Settings:
    """What each was when its library was first seen."""

    def __init__(self, _shell=None):
        self.first = {}
        self.generators, self.known = {}, set(sys.modules)  # (module, attribute) -> pickled state at first; modules that were looked into
        self.look()

    def look(self):
        for name in SETTINGS.keys() - self.first.keys():
            if name in sys.modules and (value := now(name)) is not None:
                self.first[name] = value
        new = sys.modules.keys() - self.known
        self.known |= new
        self.generators.update({place: state_of(generator) for place, generator in generators_in(new)})

    def moved(self) -> dict:
        """(module, attribute) -> state of each generator of random numbers that a library holds and that has been drawn from."""
        found = {}
        for (module, attribute), first in self.generators.items():
            generator = getattr(sys.modules.get(module), "__dict__", {}).get(attribute)
            if is_generator(generator) and (state := state_of(generator)) != first:
                found[module, attribute] = state
        return found


def now(name):
    """None where the library is not loaded, still being imported, or of a version that has it otherwise."""
    module = sys.modules.get(name)
    try:
        return None if module is None else SETTINGS[name][0](module)
    except Exception:
        return None


def capture_settings(where, base):
    base.look()
    changed = {name: value for name, first in base.first.items() if (value := now(name)) is not None and value != first}
    moved = base.moved()
    if not changed and not moved:
        return None
    packed, lost = pack_each(changed, where.namespace, where.names)
    return {PACKED: packed, LOST: lost, GENERATORS: moved}, shown([*changed, *(f"generator {'.'.join(place)}" for place in moved)])


def apply_settings(where, state):
    values, missing = unpack_each(state.pop(PACKED, {}), where.namespace)
    state |= values  # older stores have them there
    lost = [f"settings of {name}: {why}" for name, why in (state.pop(LOST, {}) | missing).items()]
    for (module, attribute), data in state.pop(GENERATORS, {}).items():
        try:
            set_state(getattr(importlib.import_module(module), attribute), data)
        except Exception as error:
            lost.append(f"generator {module}.{attribute}: {reason(error)}")
    for name, value in state.items():
        try:
            SETTINGS[name][1](sys.modules.get(name) or __import__(name, fromlist=["*"]), value)
        except OutOfReach as error:
            lost.append(f"{name}: {error}")
        except Exception as error:
            lost.append(f"settings of {name}: {reason(error)}")
    return "; ".join(lost)


def snapshot(_shell=None):
    """Of what can be set back."""
    return {name: now(name) for name in SETTINGS if SETTINGS[name][1] not in (set_bokeh, miss_tables)}


def undo_settings(_where, before):
    for name, was in before.items():
        if was is not None and now(name) != was:
            SETTINGS[name][1](sys.modules[name], was)


KINDS = [Kind("settings", Settings, capture_settings, apply_settings, snapshot, undo_settings, prepare=apply_settings)]
