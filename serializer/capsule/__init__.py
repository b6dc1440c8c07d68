"""Process state that a session changed: capture and apply of each item side by side.

Only what differs from the baseline is captured. An item that cannot be captured or applied costs no other item: it is
named with its reason. `prepare` comes before components are loaded and cells replayed (working directory, environment,
imports ...), `apply` after them, when the objects that items refer to are there. What replayed cells did to process state that a
later cell of the session undid, or that belongs to the objects they made, is taken away in between (`snapshot`, `undo`).
"""
import pickle
import sys
from collections import namedtuple

from kernelferry._ferry import Stopped

from . import display, finders, generator, hidden, library, loggers, module, place, process, settings, subclasses, switches
from .generator import generators, set_generator
from .kind import Where, give_way, of_session
from .library import same_warnings
from .pack import names_of, reason, reducers
from .scene import Scene, meetings
from .seen import own_source
from .spoken import words_of
from .subclasses import asked_for

__all__ = ["Baseline", "HOLDERS", "Item", "ITEMS", "Scene", "apply", "asked_for", "baseline", "capture", "generators", "meetings", "of_session", "own_source", "prepare", "reducers", "registered", "see",
           "same_warnings", "set_generator", "snapshot", "undo", "words"]

KINDS = {kind.name: kind for part in (place, module, finders, library, loggers, settings, process, switches, generator, subclasses, display, hidden)
         for kind in part.KINDS}
ITEMS = tuple(KINDS)
# Places whose holding of variables items bring back, or name; widgets put themselves there again when they are loaded, seaborn a copy
# of matplotlib's settings when it is imported, and contexts of multiprocessing are those that it holds.
HOLDERS = ("sys.modules", "sys.meta_path", "sys.path_hooks", "matplotlib.rcParams", "matplotlib.rcParamsDefault", "matplotlib.rcParamsOrig",
           "multiprocessing.context._concrete_contexts", "seaborn._orig_rc_params", "ipywidgets.widgets.widget._instances", "ipywidgets.widgets.widget.Widget._handle_msg")

Item = namedtuple("Item", "name data summary")  # str, bytes, str: what a person reads
Baseline = namedtuple("Baseline", "values")     # item name -> what was there before the first cell


def where(shell) -> Where:
    namespace = shell.user_ns if shell is not None else sys.modules["__main__"].__dict__
    return Where(shell, namespace, names_of(namespace))


def baseline(shell=None) -> Baseline:
    """Taken when the engine is ready, before the first cell."""
    return Baseline({name: kind.baseline(shell) for name, kind in KINDS.items()})


def see(baseline: Baseline):
    """Modules that have come since count as unchanged from now on. Cheap where there are none."""
    baseline.values["modules"].see()
    baseline.values["settings"].look()


def words(shell, baseline: Baseline) -> set[str]:
    """All words of the cells that have run. Raises Stopped."""
    spoken = baseline.values["modules"].spoken
    spoken.look(module.cells(where(shell)))
    return spoken.words


def registered(baseline: Baseline) -> dict[str, set[str]]:
    """name -> the registries that hold its value, of classes and functions that libraries were found to hold by the newest capture."""
    found = {}
    for name, place in baseline.values["modules"].registered:
        found.setdefault(name, set()).add(place)
    return found


def capture(shell, baseline: Baseline) -> list[Item]:
    """What the session changed since the baseline, in the order in which it should be applied. Raises Stopped."""
    here, items = where(shell), []
    here.spoken = baseline.values["modules"].spoken
    here.spoken.look(module.cells(here))
    for name, kind in KINDS.items():
        give_way()
        try:
            found = kind.capture(here, baseline.values[name])
            if found is not None:
                items.append(Item(name, pickle.dumps(found[0], 5), found[1]))
        except Stopped:
            raise
        except Exception as error:  # libraries and users' objects may raise anything
            items.append(Item(name, b"", f"could not be captured ({reason(error)})"))
    return items


def prepare(shell, items) -> list[tuple[str, bool, str]]:
    """Applies what later steps stand on. The same items are given to `apply` afterwards."""
    return _each(shell, [item for item in items if item[0] in KINDS and KINDS[item[0]].prepare], "prepare")


def snapshot(shell) -> dict:
    """item name -> what stands there before cells run again, where `undo` wants to know."""
    return {name: kind.snapshot(shell) for name, kind in KINDS.items() if kind.snapshot}


def undo(shell, before: dict, names, cells) -> list[tuple[str, str]]:
    """Takes away what these cells, which ran again, left of these items beyond the snapshot; [(item, why it could not)]."""
    here, failed = where(shell), []
    here.ran = words_of(cells)
    for name in sorted(before.keys() & names):
        try:
            KINDS[name].undo(here, before[name])
        except Exception as error:  # libraries and users' objects may raise anything
            failed.append((name, reason(error)))
    return failed


def apply(shell, items) -> list[tuple[str, bool, str]]:
    """[(item, all of it is back, what is not)] for items of (name, data); safe to repeat."""
    return _each(shell, items, "apply")


def _each(shell, items, step):
    here, results = where(shell), []
    for name, data in items:
        if name not in KINDS:
            missing = "this version does not know the item"
        elif not data:
            missing = "it could not be captured when the session was saved"
        else:
            try:
                missing = getattr(KINDS[name], step)(here, pickle.loads(data))
            except Exception as error:
                missing = reason(error)
        results.append((name, not missing, missing))
    return results
