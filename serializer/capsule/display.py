"""What belongs to the notebook's surface: figures of pyplot, IPython's own state (shell.py), In, Out and the counter."""

from .figure import apply_matplotlib, capture_matplotlib, open_figures, undo_figures
from .kind import Kind, lost_text, no_baseline
from .pack import unpack_each
from .shell import apply_ipython, capture_ipython, surface
from .together import pack_together, unpack_together
from .traits import configuration


def history_of(where, view, name):
    """The list or dict that the shell itself keeps; the variable may be another's."""
    return getattr(getattr(where.shell, "history_manager", None), view, None) if where.shell is not None else where.namespace.get(name)


def capture_in(where, _base):
    cells = history_of(where, "input_hist_parsed", "In")
    if not isinstance(cells, list) or len(cells) < 2:
        return None
    raw = history_of(where, "input_hist_raw", "In")
    return {"cells": [str(c) for c in cells], "raw": [str(c) for c in raw]}, f"{len(cells) - 1} cells"


def apply_in(where, state):
    cells, namespace = state["cells"], where.namespace
    history = getattr(where.shell, "history_manager", None)
    if history is None:
        namespace.setdefault("In", [])[:] = cells
    else:
        history.input_hist_parsed[:] = cells
        history.input_hist_raw[:] = state["raw"]
        # IPython's _i00 is the cell that ran last; it becomes _i when the next one starts.
        for name, cell in zip(("_i00", "_i", "_ii", "_iii"), [*reversed(state["raw"]), "", "", "", ""]):
            setattr(history, name, cell)
            if name != "_i00":
                namespace[name] = cell
    namespace.update({f"_i{number}": cell for number, cell in enumerate(state["raw"]) if number and cell})
    return ""


LAST = ("_", "__", "___")


def capture_out(where, _base):
    outputs = history_of(where, "output_hist", "Out")
    if not isinstance(outputs, dict) or not outputs:
        return None
    hook = getattr(where.shell, "displayhook", None)
    last = {name: getattr(hook, name) for name in LAST if hook is not None and hasattr(hook, name)}
    numbers = {name: next((n for n, v in outputs.items() if v is value), None) for name, value in last.items()}
    together, packed, lost = pack_together(dict(outputs), where)
    return {"together": together, "packed": packed, "lost": lost, "last": numbers}, f"{len(outputs)} outputs"


def apply_out(where, state):
    if state["together"] is not None:
        outputs, missing = unpack_together(state["together"], where.namespace, where.names)
    else:
        outputs, missing = unpack_each(state["packed"], where.namespace)
    kept, last = history_of(where, "output_hist", "Out"), {name: outputs[number] for name, number in state["last"].items() if number in outputs}
    (where.namespace.setdefault("Out", {}) if kept is None else kept).update(outputs)
    for name, value in last.items() if where.shell is not None else ():
        setattr(where.shell.displayhook, name, value)
    bind(where, {f"_{number}": value for number, value in outputs.items()} | last)
    return lost_text("Out", {**state["lost"], **missing})


def bind(where, values):
    """As the shell itself binds its names: what it finds at `_` otherwise it takes for the user's, and never binds the name again."""
    if where.shell is None:
        where.namespace.update(values)
    else:
        where.shell.push(values, interactive=False)


def capture_count(where, _base):
    count = getattr(where.shell, "execution_count", 1)
    return (count, str(count)) if count > 1 else None


def apply_count(where, state):
    where.shell.execution_count = state
    return ""


KINDS = [
    Kind("matplotlib", configuration, capture_matplotlib, apply_matplotlib, open_figures, undo_figures),
    Kind("ipython", surface, capture_ipython, apply_ipython),
    Kind("In", no_baseline, capture_in, apply_in),
    Kind("Out", no_baseline, capture_out, apply_out),
    Kind("execution_count", no_baseline, capture_count, apply_count),
]
