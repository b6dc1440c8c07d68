"""IPython's own state: what the session set on the shell, what it hung on it (shell_tables.py), and what it took away.

Settings are held against what IPython starts with under the user's configuration, all else against what stood there before
the first cell. What only a call puts in place, such as a hook of IPython's chains, is named with the call to make again.
"""
import contextlib
import inspect
import sys

from kernelferry._ferry import instance_dict

from .finders import label
from .kind import lost_text, of_session, shown
from .pack import PLAIN, pack_each, reason, unpack_each
from .shell_tables import TRANSFORMERS, apply_tables, capture_tables, formatters_of, names_in, tables
from .traits import ABSENT, begun, configuration, is_plain, settings_of
from .writers import stored_by

MACHINERY = {*TRANSFORMERS, "ipython_dir", "logfile", "logappend", "logstart", "banner1", "banner2"}  # another table's, or of the start
OTHERS = ("IPKernelApp", "InlineBackend", "FerryMagics")  # of the start; the item `matplotlib`; ours
PREFILTERS = ("_checkers", "_transformers", "_handlers")
RELOADER = ("enabled", "check_all", "autoload_obj", "hide_errors", "modules", "skip_modules")


def configurables(shell) -> dict:
    """What %config and magics such as %precision and %pprint set."""
    named = {type(holder).__name__: holder for holder in shell.configurables if holder is not shell}
    return {"shell": shell, **formatters_of(shell), **{k: v for k, v in named.items() if k not in OTHERS}}


def of(path, name):
    """Reads and sets an attribute of an object that hangs on the shell, or of the shell itself."""
    def holder(shell):
        return getattr(shell, path) if path else shell
    return lambda shell: getattr(holder(shell), name, None), lambda shell, value: setattr(holder(shell), name, value)


# Settings that are no traits, or of which a trait tells only how they began: (holder, name) -> (get, set)
UNTRAITED = {
    ("shell", "xmode"): (lambda shell: shell.InteractiveTB.mode, lambda shell, value: shell.InteractiveTB.set_mode(mode=value)),
    ("shell", "call_pdb"): of("", "call_pdb"),
    **{("InteractiveTB", name): of("InteractiveTB", name) for name in ("tb_offset", "long_header", "include_vars")},
    **{("displayhook", name): of("displayhook", name) for name in ("do_full_cache", "cull_fraction")},
}


def settings(shell) -> dict:
    """(object, trait) -> value, where the value is plain."""
    found = {(key, name): value for key, holder in configurables(shell).items() for name, value in settings_of(holder, MACHINERY).items()}
    for (holder, name), (get, _set) in UNTRAITED.items():
        value = get(shell)
        if type(value) in PLAIN:
            found[holder, name] = value
    return found


def changed_settings(shell, base, config) -> dict:
    """But for those of objects that have come since and are as they began."""
    holders = configurables(shell)
    return {key: value for key, value in settings(shell).items()
            if value != (base[key] if key in base else begun(config, holders[key[0]], key[1]))}


def set_setting(shell, key, value):
    if key in UNTRAITED:
        UNTRAITED[key][1](shell, value)
        return
    holders = configurables(shell)
    holder = holders.get(key[0]) or shell.magics_manager.registry[key[0]]  # which loads what was not asked for yet
    setattr(holder, key[1], value)


@contextlib.contextmanager
def numpy_as_it_is():
    """`float_precision` of IPython sets numpy's as well, which a later cell may have changed; and any call forgets a formatter."""
    numpy = sys.modules.get("numpy")
    options = numpy.get_printoptions() if hasattr(numpy, "get_printoptions") else None
    yield
    if options is not None:
        numpy.set_printoptions(**{name: options[name] for name in ("precision", "formatter", "override_repr") if name in options})


def reloader(shell):
    """autoreload's, where it is loaded."""
    registry = shell.magics_manager.registry
    return getattr(registry["AutoreloadMagics"], "_reloader", None) if "AutoreloadMagics" in registry else None


def autoreload(shell):
    """What %autoreload and %aimport said, or None where that is nothing."""
    found = reloader(shell)
    if found is None:
        return None
    state = {name: getattr(found, name) for name in RELOADER if hasattr(found, name)}
    state = {name: dict(value) if isinstance(value, dict) else value for name, value in state.items()}
    deduper = getattr(found, "deduper_reloader", None)
    return state, getattr(deduper, "enabled", None)


def set_autoreload(shell, state):
    found, (values, whole) = reloader(shell), state
    for name, value in values.items():
        setattr(found, name, value)
    if whole is not None:
        found.deduper_reloader.enabled = whole


def exception_handler(shell):
    """What set_custom_exc was given: (classes, handler or None)."""
    return shell.custom_exceptions, inspect.getclosurevars(shell.CustomTB.__func__).nonlocals.get("handler")


def folders(shell):
    """%pushd's and %cd's."""
    return list(shell.dir_stack), list(getattr(shell.history_manager, "dir_hist", ()))


def hooks(shell) -> list:
    """Functions that complete or do something else for the shell, and that nothing here hangs there again."""
    chains = [*dict(shell.hooks).values()]
    chains += [chain for each in shell.strdispatchers.values() for chain in (*each.strs.values(), *each.regexs.values())]
    functions = [function for chain in chains for _, function in getattr(chain, "chain", ())]
    functions += getattr(shell.Completer, "custom_matchers", ())
    for name in PREFILTERS:
        held = getattr(shell.prefilter_manager, name, ())
        functions += held.values() if isinstance(held, dict) else held
    return functions


def exchanged(shell) -> dict:
    """What stands in place of IPython's own formatters and methods (rich.pretty.install() and its like): words -> object."""
    formatters = getattr(shell.display_formatter, "formatters", {})
    found = {f"formatter of {mime}": formatter for mime, formatter in formatters.items() if not type(formatter).__module__.startswith("IPython.")}
    own = {name: value for name, value in vars(shell).items() if callable(value) and callable(getattr(type(shell), name, None))}
    return found | {f"method {name}": value for name, value in own.items() if not str(getattr(value, "__module__", "")).startswith("kernelferry.")}


def attributes(where, base) -> dict:
    """What cells put on the shell itself, or on an object that hangs on it (`Completer.mine`), under a name that is not IPython's."""
    found = {name: value for name, value in vars(where.shell).items() if name not in base and name in where.spoken.words and not name.startswith("_")}
    for name, holder in hanging(where.shell).items():
        fields = instance_dict(holder)
        found |= {f"{name}.{field}": fields[field] for field in where.spoken.attributes & fields.keys()
                  if f"{name}.{field}" not in base and not field.startswith("_") and field not in stored_by(type(holder).__module__)}
    return found


def hanging(shell) -> dict:
    """name -> object of IPython's, or of ours, that is an attribute of the shell."""
    held = {**vars(shell), **getattr(shell, "_trait_values", {})}
    return {name: value for name, value in held.items() if not name.startswith("_") and type(value).__module__.partition(".")[0] in ("IPython", "kernelferry")
            and instance_dict(value) is not None}


def names_on(shell) -> set:
    return {*vars(shell), *(f"{name}.{field}" for name, holder in hanging(shell).items() for field in instance_dict(holder))}


def configured(config, base) -> dict:
    """(section, name) -> what %config wrote there, for objects that have not been made yet."""
    return {(section, name): value for section, entries in config.items() for name, value in entries.items()
            if is_plain(value) and value != (base[section].get(name, ABSENT) if section in base else ABSENT)}


def surface(shell):
    """What the shell has before the first cell."""
    if shell is None:
        return None
    return {"settings": settings(shell), "config": configuration(shell), "flags": shell.compile.flags, "extensions": sorted(shell.extension_manager.loaded),
            "aliases": dict(shell.alias_manager.aliases), "autoreload": autoreload(shell), "hidden": set(shell.user_ns_hidden),
            "folders": folders(shell), "exceptions": shell.CustomTB, "hooks": hooks(shell), "exchanged": exchanged(shell), "log": shell.logger.log_active, "attributes": names_on(shell),
            **tables(shell)}


def capture_ipython(where, base):
    shell = where.shell
    if shell is None:
        return None
    state, lost = capture_tables(where, base)
    loaded, aliases = shell.extension_manager.loaded, dict(shell.alias_manager.aliases)
    hidden = {name for name in shell.user_ns_hidden if name not in base["hidden"] and name in where.namespace
              and shell.user_ns_hidden[name] is where.namespace[name] and not name.startswith("_")}
    state |= {
        "extensions": sorted(name for name in loaded if name not in base["extensions"]),
        "aliases": {name: command for name, command in aliases.items() if base["aliases"].get(name) != command},
        "settings": changed_settings(shell, base["settings"], base["config"]),
        "future": shell.compile.flags & ~base["flags"],
        "without": ([name for name in base["extensions"] if name not in loaded], [name for name in base["aliases"] if name not in aliases]),
        "autoreload": None if (said := autoreload(shell)) == base["autoreload"] else said,
        "hidden": sorted(hidden),
        "folders": None if (been := folders(shell)) == base["folders"] else been,
    }
    if shell.custom_exceptions and shell.CustomTB is not base["exceptions"]:
        state["exceptions"], refused = pack_each({"handler": exception_handler(shell)}, where.namespace, where.names)
        lost |= {"handler of exceptions": why for why in refused.values()}
    state["attributes"], refused = pack_each(attributes(where, base["attributes"]), where.namespace, where.names)
    lost |= {f"attribute {name}": why for name, why in refused.items()}
    state["config"] = configured(shell.config, base["config"])
    known = {id(hook) for hook in base["hooks"]}
    lost |= {f"hook {label(hook)}": "set it again" for hook in hooks(shell) if (of_session(hook) or of_session(type(hook))) and id(hook) not in known}
    lost |= {what: "set it again" for what, value in exchanged(shell).items() if base["exchanged"].get(what) is not value}
    if shell.logger.log_active and not base["log"]:
        lost["log of %logstart"] = f"%logstart {shell.logger.logfname} append goes on with it"
    names = [*state["extensions"], *state["aliases"], *(name for _, name in state["settings"]), *["from __future__"] * bool(state["future"]),
             *[f"-{name}" for names in state["without"] for name in names], *["%autoreload"] * bool(state["autoreload"]),
             *["folders"] * bool(state["folders"]), *["hidden names"] * bool(hidden), *["exceptions"] * ("exceptions" in state), *state["attributes"], *(f"{section}.{name}" for section, name in state["config"]), *names_in(state)]
    if not names and not lost:
        return None
    return state | {"lost": lost}, shown(names or lost)


def apply_ipython(where, state):
    shell, lost = where.shell, dict(state["lost"])
    shell.compile.flags |= state.get("future", 0)
    for name in state["extensions"]:
        try:
            shell.extension_manager.load_extension(name)
        except Exception as error:
            lost[f"extension {name}"] = reason(error)
    extensions, aliases = state.get("without", ((), ()))
    for name in extensions:
        shell.extension_manager.unload_extension(name)
    with numpy_as_it_is():
        for key, value in state["settings"].items():
            try:
                set_setting(shell, key, value)
            except Exception as error:  # traitlets of another version may refuse it
                lost[f"setting {key[1]}"] = reason(error)
    for name, command in state["aliases"].items():
        shell.alias_manager.define_alias(name, command)
    for name in aliases:
        if shell.alias_manager.is_alias(name):
            shell.alias_manager.undefine_alias(name)
    if state.get("autoreload") and reloader(shell) is not None:
        set_autoreload(shell, state["autoreload"])
    if state.get("folders"):
        shell.dir_stack[:], shell.history_manager.dir_hist[:] = state["folders"]
    if state.get("exceptions"):
        handlers, missing = unpack_each(state["exceptions"], where.namespace)
        lost.update({"handler of exceptions": why for why in missing.values()})
        for classes, handler in handlers.values():
            shell.set_custom_exc(classes, handler)
    lost |= apply_tables(where, state)
    values, missing = unpack_each(state.get("attributes", {}), where.namespace)
    for name, value in values.items():
        holder, _, field = name.rpartition(".")
        setattr(getattr(shell, holder) if holder else shell, field, value)
    lost |= {f"attribute {name}": why for name, why in missing.items()}
    for (section, name), value in state.get("config", {}).items():
        shell.config[section][name] = value
    shell.user_ns_hidden.update({name: where.namespace[name] for name in state.get("hidden", ()) if name in where.namespace})
    return lost_text("IPython's", lost)
