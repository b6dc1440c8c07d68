"""The tables in which IPython looks things up, and what the session hung there: magics, formatters, events, hooks, transformers.

Values of the session (functions, instances of its classes) are packed and hung there again. What a library hung there is
looked for after the rest has come back, since an import or an extension brings most of it; a function is then hung there
by reference, a printer that a library made when it was called with what it closes over, all else is named.
"""
import contextlib
import pickle
import types

from IPython.core.magic import MagicAlias, Magics

from kernelferry._ferry import Stopped

from .finders import label
from .kind import code_of, of_session
from .pack import pack, pack_each, reason, unpack, unpack_each

TRANSFORMERS = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")
# table -> what a person calls one of it
TABLES = {"magics": "magic", "formatters": "formatter", "deferred": "formatter", "events": "callback", "messages": "hook of messages",
          "transformers": "transformer"}
MOST = 1 << 20  # bytes of printers that a library made
PUBLISHERS = ("display_pub", "displayhook")
FIGURE = "matplotlib.figure.Figure"  # its formatters belong to the item `matplotlib`


def formatters_of(shell) -> dict:
    """MIME type -> formatter, and those two that speak of no type."""
    display = shell.display_formatter
    others = {name: getattr(display, name, None) for name in ("ipython_display_formatter", "mimebundle_formatter")}
    return getattr(display, "formatters", {}) | {name: formatter for name, formatter in others.items() if formatter is not None}


def hooks_of(shell, publisher) -> list:
    """What register_hook() was given, which sees each message of that kind."""
    return list(getattr(getattr(getattr(shell, publisher), "_hooks", None), "functions", ()))


def tables(shell) -> dict:
    """Where IPython looks things up: table -> {key: value}."""
    formatters = formatters_of(shell)
    return {
        "magics": {(kind, name): function for kind, table in shell.magics_manager.magics.items() for name, function in table.items()},
        "formatters": {(mime, cls): printer for mime, formatter in formatters.items() for cls, printer in formatter.type_printers.items()},
        "deferred": {(mime, cls): printer for mime, formatter in formatters.items() for cls, printer in formatter.deferred_printers.items()},
        "events": {(name, index): callback for name, callbacks in shell.events.callbacks.items() for index, callback in enumerate(callbacks)},
        "messages": {(name, index): hook for name in PUBLISHERS for index, hook in enumerate(hooks_of(shell, name))},
        "transformers": {(name, index): transformer for name in TRANSFORMERS for index, transformer in enumerate(getattr(shell, name))},
    }


def is_magics_of_session(value) -> bool:
    """A method of an instance of a class of magics that cells wrote."""
    holder = getattr(value, "__self__", None)
    return isinstance(holder, Magics) and of_session(type(holder))


def pack_magics(where, holders) -> tuple[dict, dict]:
    """Instances of classes of magics, which hold the shell: by name, or as their class and what they keep themselves."""
    found, lost = {}, {}
    for holder in holders:
        cls, own = type(holder), holder
        if id(holder) not in where.names:
            kept = {k: v for k, v in vars(holder).items() if k not in ("shell", "options_table", "magics") and not k.startswith(("_trait", "_cross"))}
            traits = set(cls.class_trait_names()) - set(Magics.class_trait_names())
            own = cls, kept | {name: getattr(holder, name) for name in traits}
        packed, refused = pack_each({cls.__name__: own}, where.namespace, where.names)
        found.update(packed)
        lost.update({f"class of magics {name}": why for name, why in refused.items()})
    return found, lost


def register_magics(shell, value):
    if isinstance(value, tuple):
        cls, kept = value
        known = shell.magics_manager.registry
        if cls.__name__ in known and type(known[cls.__name__]) is cls:
            value = known[cls.__name__]
        else:
            value = cls.__new__(cls)
            Magics.__init__(value, shell=shell)
        for name, item in kept.items():
            setattr(value, name, item)
    shell.register_magics(value)


def told(table, key, value):
    """How an entry that a library hung there is met again in another process, and what a person reads of it."""
    if table == "magics":
        return key
    where = label(key[1]) if isinstance(key[1], type) else key[1]
    return (key[0], where) if table in ("formatters", "deferred") else (key[0], label(value))


def by_reference(value):
    """Bytes for a function that its module holds under its name; None for all else."""
    try:
        return pickle.dumps(value) if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) else None
    except Exception:
        return None


def is_made_by_call(value) -> bool:
    """A function that one of a library made when it was called."""
    return isinstance(value, types.FunctionType) and "<locals>" in value.__qualname__


def pack_printers(where, printers) -> bytes | None:
    """Printers that a library made for a call of its own (`sympy.init_printing()`), together: they share what they close over."""
    try:
        return pack(printers, where.namespace, where.names, MOST) if printers else None
    except Stopped:
        raise
    except Exception:  # what they close over may be anything
        return None


def capture_tables(where, base) -> tuple[dict, dict]:
    """(state, {entry in words: why it cannot be kept}) of what was hung on the shell since, and what was taken off."""
    now, lost, kept, foreign, gone, holders, printers = tables(where.shell), {}, {}, {}, {}, {}, {}
    aliases = {}
    deferred = {id(value) for value in base["deferred"].values()}  # IPython moves one to the formatters when its type is first shown
    shown = {id(value) for value in now["formatters"].values()} & deferred
    for table in TABLES:
        known = {id(value) for value in base[table].values()} | (shown if table == "formatters" else set())
        mine = {}
        for key, value in now[table].items():
            if id(value) in known or table == "formatters" and told(table, key, value)[1] == FIGURE and not of_session(value):
                continue
            if table == "magics" and isinstance(value, MagicAlias):
                aliases[key] = value.magic_name, value.magic_kind, value.magic_params
            elif table == "magics" and is_magics_of_session(value):
                holders[id(value.__self__)] = value.__self__
            elif of_session(value) or of_session(type(value)):
                mine[key] = value
            elif table != "magics" or key not in base[table]:  # else one that is loaded when it is first asked for
                foreign.setdefault(table, []).append((told(table, key, value), label(value), by_reference(value)))
                if table == "formatters" and is_made_by_call(value):
                    printers[told(table, key, value)] = key, value
        keyed = dict(enumerate(mine.items()))
        kept[table], refused = pack_each(keyed, where.namespace, where.names)
        lost.update({f"{TABLES[table]} {keyed[index][0][1]}": why for index, why in refused.items()})
        here = {told(table, key, value) for key, value in now[table].items()}
        gone[table] = [entry for key, value in base[table].items() if (entry := told(table, key, value)) not in here and entry[1] != FIGURE
                       and not (table == "deferred" and id(value) in shown)]
    magics, refused = pack_magics(where, holders.values())
    state = {"tables": kept, "foreign": foreign, "gone": {k: v for k, v in gone.items() if v}, "magic_aliases": aliases, "magics": magics,
             "printers": pack_printers(where, printers)}
    return state, lost | refused


def names_in(state) -> list[str]:
    """What a person reads of capture_tables()."""
    names = [f"magics {name}" for name in state["magics"]] + [f"magic {name}" for _, name in state["magic_aliases"]]
    names += [f"{len(entries)} {table}" for table, entries in state["tables"].items() if entries]
    names += [f"{table} of {', '.join(sorted({owner(each[1]) for each in entries}))}" for table, entries in state["foreign"].items()]
    return names + [f"-{key[1]}" for keys in state["gone"].values() for key in keys]


def owner(words) -> str:
    return words.partition(".")[0]


def apply_tables(where, state) -> dict:
    shell, lost = where.shell, {}
    for name, data in state.get("magics", {}).items():
        try:
            register_magics(shell, unpack(data, where.namespace))
        except Exception as error:
            lost[f"class of magics {name}"] = reason(error)
    for (_, name), (target, kind, parameters) in state.get("magic_aliases", {}).items():
        shell.magics_manager.register_alias(name, target, kind, parameters)
    for table, packed in state["tables"].items():
        entries, missing = unpack_each(packed, where.namespace)
        lost.update({f"a {TABLES[table]}": why for why in missing.values()})
        for key, value in entries.values():
            put(shell, table, key, value)
    for table, keys in state.get("gone", {}).items():
        for key, value in list(tables(shell)[table].items()):
            if told(table, key, value) in keys:
                take(shell, table, key, value)
    printers = {}
    if state.get("printers"):
        with contextlib.suppress(Exception):  # they are named below
            printers = unpack(state["printers"], where.namespace)
    for table, entries in state.get("foreign", {}).items():
        here = {told(table, key, value) for key, value in tables(shell)[table].items()}
        left = [entry for entry in entries if entry[0] not in here]
        for key, words, data in left:
            if table in ("events", "messages", "transformers", "magics") and data is not None:
                put(shell, table, (key[0], -1) if table == "transformers" else key, pickle.loads(data))
            elif table == "formatters" and key in printers:
                put(shell, table, *printers[key])
            else:
                lost[f"{TABLES[table]} of {owner(words)}"] = "call again what hung it there"
    return lost


def put(shell, table, key, value):
    if table == "magics":
        shell.register_magic_function(value, *key)
    elif table == "formatters":
        formatters_of(shell)[key[0]].for_type(key[1], value)
    elif table == "deferred":
        formatters_of(shell)[key[0]].for_type_by_name(*key[1], value)
    elif table == "messages":
        if not is_among(value, hooks_of(shell, key[0])):
            getattr(shell, key[0]).register_hook(value)
    elif table == "transformers":
        transformers = getattr(shell, key[0])
        if not is_among(value, transformers):
            transformers.insert(key[1] if key[1] >= 0 else len(transformers), value)
    elif not is_among(value, shell.events.callbacks[key[0]]):
        shell.events.register(key[0], value)


def is_among(value, entries) -> bool:
    """Also a function that no name holds, and that is made anew whenever an item is applied."""
    code = code_of(value)
    return value in entries or code is not None and any(code_of(entry) == code for entry in entries)


def take(shell, table, key, value):
    if table == "magics":
        shell.magics_manager.magics[key[0]].pop(key[1], None)
    elif table in ("formatters", "deferred"):
        formatter = formatters_of(shell)[key[0]]
        (formatter.type_printers if table == "formatters" else formatter.deferred_printers).pop(key[1], None)
    elif table == "transformers":
        getattr(shell, key[0]).remove(value)
    elif table == "messages":
        getattr(shell, key[0]).unregister_hook(value)
    else:
        shell.events.unregister(key[0], value)
