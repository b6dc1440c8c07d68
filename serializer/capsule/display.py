"""What belongs to the notebook's surface: figures of pyplot, IPython's own state, In, Out and the counter."""

from .figure import apply_matplotlib, capture_matplotlib
from .kind import Kind, lost_text, no_baseline, of_session, shown
from .pack import PLAIN, pack, pack_each, reason, unpack, unpack_each

TRANSFORMERS = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")
MACHINERY = ("ipython_dir", "logfile", "logappend", "logstart", "banner1", "banner2")  # of this process or its start


def configurable(shell) -> dict:
    """What %config and magics such as %precision and %pprint set."""
    return {"shell": shell, "text/plain": getattr(shell.display_formatter, "formatters", {}).get("text/plain")}


def settings(shell) -> dict:
    """(object, trait) -> value, where the value is plain."""
    found = {(key, name): getattr(holder, name) for key, holder in configurable(shell).items() if holder is not None
             for name in holder.trait_names(config=True) if name not in MACHINERY}
    found["shell", "xmode"] = shell.InteractiveTB.mode  # %xmode leaves the trait as it was
    return {key: value for key, value in found.items() if type(value) in PLAIN}


def set_setting(shell, key, value):
    if key == ("shell", "xmode"):
        shell.InteractiveTB.set_mode(mode=value)
    else:
        setattr(configurable(shell)[key[0]], key[1], value)


def surface(shell):
    """What IPython looks up: settings, `from __future__` of earlier cells, loaded extensions, aliases, magics, formatters,
    event callbacks, transformers of cells."""
    if shell is None:
        return None
    formatters = getattr(getattr(shell, "display_formatter", None), "formatters", {})
    return {
        "settings": settings(shell),
        "flags": shell.compile.flags,
        "extensions": sorted(shell.extension_manager.loaded),
        "aliases": dict(shell.alias_manager.aliases),
        "magics": {(kind, name): function for kind, table in shell.magics_manager.magics.items()
                   for name, function in table.items()},
        "formatters": {(mime, cls): printer for mime, formatter in formatters.items()
                       for cls, printer in formatter.type_printers.items()},
        "events": {(name, index): callback for name, callbacks in shell.events.callbacks.items()
                   for index, callback in enumerate(callbacks)},
        "transformers": {(name, index): transformer for name in TRANSFORMERS
                         for index, transformer in enumerate(getattr(shell, name))},
    }


def capture_ipython(where, base):
    now = surface(where.shell)
    if now is None:
        return None
    extensions = [name for name in now["extensions"] if name not in base["extensions"]]
    aliases = {name: command for name, command in now["aliases"].items() if base["aliases"].get(name) != command}
    tables, lost, names = {}, {}, []
    for table in ("magics", "formatters", "events", "transformers"):
        known = {id(value) for value in base[table].values()}
        mine = {key: value for key, value in now[table].items() if id(value) not in known and (of_session(value) or of_session(type(value)))}
        keyed = {index: (key, value) for index, (key, value) in enumerate(mine.items())}
        tables[table], refused = pack_each(keyed, where.namespace, where.names)
        names += [f"{table[:-1]} {getattr(key[1], '__name__', key[1])}" for key in mine]
        lost.update({f"{table[:-1]} {keyed[index][0][1]}": why for index, why in refused.items()})
    changed = {key: value for key, value in now["settings"].items() if base["settings"].get(key) != value}
    future = now["flags"] & ~base["flags"]
    if not extensions and not aliases and not names and not changed and not future:
        return None
    state = {"extensions": extensions, "aliases": aliases, "settings": changed, "tables": tables, "lost": lost, "future": future}
    imports = ["from __future__"] if future else []
    return state, shown([*extensions, *aliases, *(name for _, name in changed), *imports, *names])


def apply_ipython(where, state):
    shell, lost = where.shell, dict(state["lost"])
    shell.compile.flags |= state.get("future", 0)
    for name in state["extensions"]:
        try:
            shell.extension_manager.load_extension(name)
        except Exception as error:
            lost[f"extension {name}"] = reason(error)
    for key, value in state["settings"].items():
        try:
            set_setting(shell, key, value)
        except Exception as error:  # traitlets of another version may refuse it
            lost[f"setting {key[1]}"] = reason(error)
    for name, command in state["aliases"].items():
        shell.alias_manager.define_alias(name, command)
    for table, packed in state["tables"].items():
        entries, missing = unpack_each(packed, where.namespace)
        lost.update({f"one of the {table}": why for why in missing.values()})
        for key, value in entries.values():
            if table == "magics":
                shell.register_magic_function(value, *key)
            elif table == "formatters":
                shell.display_formatter.formatters[key[0]].for_type(key[1], value)
            elif table == "transformers":
                if value not in getattr(shell, key[0]):
                    getattr(shell, key[0]).insert(key[1], value)
            elif value not in shell.events.callbacks[key[0]]:
                shell.events.register(key[0], value)
    return lost_text("IPython's", lost)


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
    try:  # as one, so that entries which share objects go on sharing them
        together, packed, lost = pack(dict(outputs), where.namespace, where.names), {}, {}
    except Exception:
        together, (packed, lost) = None, pack_each(dict(outputs), where.namespace, where.names)
    return {"together": together, "packed": packed, "lost": lost, "last": numbers}, f"{len(outputs)} outputs"


def apply_out(where, state):
    if state["together"] is not None:
        outputs, missing = unpack(state["together"], where.namespace), {}
    else:
        outputs, missing = unpack_each(state["packed"], where.namespace)
    namespace, hook = where.namespace, getattr(where.shell, "displayhook", None)
    kept = history_of(where, "output_hist", "Out")
    (namespace.setdefault("Out", {}) if kept is None else kept).update(outputs)
    namespace.update({f"_{number}": value for number, value in outputs.items()})
    for name, number in state["last"].items():
        if number in outputs:
            setattr(hook, name, outputs[number])
            namespace[name] = outputs[number]
    return lost_text("Out", {**state["lost"], **missing})


def capture_count(where, _base):
    count = getattr(where.shell, "execution_count", 1)
    return (count, str(count)) if count > 1 else None


def apply_count(where, state):
    where.shell.execution_count = state
    return ""


KINDS = [
    Kind("matplotlib", no_baseline, capture_matplotlib, apply_matplotlib),
    Kind("ipython", surface, capture_ipython, apply_ipython),
    Kind("In", no_baseline, capture_in, apply_in),
    Kind("Out", no_baseline, capture_out, apply_out),
    Kind("execution_count", no_baseline, capture_count, apply_count),
]
