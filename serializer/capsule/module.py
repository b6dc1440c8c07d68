"""What the session did to modules: builtins it added, modules it imported, attributes of library modules it set.

Libraries change their own attributes too (caches, lazy imports): one that differs from what was first seen (seen.py) counts as
the session's if its new value was written in it or is held by one of its names, or if the text of some cell assigns it
(`module.attribute = ...`, `setattr`). Where cells set attributes that they do not spell (`setattr(module, name, 5)`), or through a parameter of a
function, it is one that the module's own code does not set, of a module that cells name, or one to which a function that they name assigns
what it is given (writers.py). A module that one statement both
imported and changed was never seen unchanged; there the text and the origin of the value decide alone.
"""
import atexit
import builtins
import copyreg
import importlib
import sys
import types
import weakref

from kernelferry._ferry import is_imported

from . import filled, garbage, held, leftovers, local, registry
from .inside import ways_into
from .kind import Kind, give_way, is_a, is_own, lost_text, no_baseline, of_session, shown
from .library_classes import accessors, answers, apply_accessors, apply_to_classes, delete_from_classes, deleted_from_classes, holder_at, of_classes
from .pack import PLAIN, pack_each, unpack_each
from .seen import ABSENT, Seen, source_hash
from .writers import is_given, is_set

OF_TRACEBACKS = ("last_type", "last_value", "last_traceback", "last_exc")  # of sys, when a cell fails
STRIDE = 256  # modules that a capture looks at in one go


def cells(where) -> list:
    history = getattr(where.shell, "history_manager", None)
    return [cell for cell in (where.namespace.get("In", ()) if history is None else history.input_hist_parsed) if isinstance(cell, str)]


def assigned(where, spoken) -> set:
    """(module, attribute) of each attribute of a module that some cell assigns or deletes."""
    found = set()
    for path, attribute in spoken.assigned | spoken.deleted:
        module = holder_at(path, where.namespace)
        name = module.__dict__.get("__name__") if is_a(module, types.ModuleType) else None
        if name in sys.modules and not is_own(name):
            found.add((name, attribute))
    return found


def imported_names(where, spoken) -> set:
    """Names of top-level modules that cells speak of, or that variables hold: not what shell and libraries load for
    themselves. What those import in turn comes back with them."""
    modules = (value.__dict__.get("__name__", "") for value in list(where.namespace.values()) if issubclass(type(value), types.ModuleType))
    return spoken.words.union(str(name).split(".")[0] for name in modules)


def names_held(where, found) -> list:
    """(name, place) of those of these values that are variables: the values themselves are not kept alive."""
    return [(where.names[id(value)], place) for value, place in found if id(value) in where.names]


def session_attributes(where, seen, modules, given) -> dict:
    """(module, attribute) -> value now, or ABSENT; modules: those of which local.py keeps what their own code sets; given: those to which functions
    get that cells name (reached.py)."""
    written, found, named = assigned(where, seen.spoken), {}, named_modules(where, seen.spoken)
    candidates = written.union((name, attribute) for name, attributes in seen.changed.items() for attribute in attributes)
    for name, attribute in sorted(candidates):
        module = sys.modules.get(name)
        value = module.__dict__.get(attribute, ABSENT) if module is not None else ABSENT
        if attribute.startswith("__") or is_a(value, types.ModuleType):
            continue
        if name in seen.before and seen.first[name][1].get(attribute, ABSENT) is value:
            continue
        if is_a(value, types.MethodType) and value.__self__ is where.shell:  # sys.excepthook, while a cell runs
            continue
        mine = of_session(value) or (id(value) in where.names and type(value) not in PLAIN) or type(value).__module__ == "unittest.mock"
        may_be = value is not ABSENT and (is_kept(name) or is_new(seen, name, attribute))
        said = mine or (name, attribute) in written or may_be and named(name) and is_set(seen.spoken, name, attribute, value)
        if said or value is not ABSENT and name not in modules and is_kept(name) and ((name, attribute) in given and type(value) in PLAIN
                                                                                      or is_given(seen.spoken, name, attribute)):
            found[name, attribute] = value
    return found


def is_under_its_name(key, value) -> bool:
    """Whether a reference to what a cell put there would mean what it replaced: `time.sleep = functools.lru_cache(time.sleep)`."""
    return (not of_session(value) and not answers(value) and (getattr(value, "__module__", None), getattr(value, "__qualname__", None)) == key
            and getattr(value, "__wrapped__", None) is not None)


def named_modules(where, spoken):
    """A function that tells whether cells name a module of a library, or a variable holds it."""
    variables = {str(value.__dict__.get("__name__")) for value in list(where.namespace.values()) if issubclass(type(value), types.ModuleType)}
    return lambda name: name in variables or name.rpartition(".")[2] in spoken.words


def is_kept(name) -> bool:
    """Not a module that other items bring back."""
    return registry.SKIPPED.isdisjoint((name, name.partition(".")[0]))


def is_new(seen, name, attribute) -> bool:
    """Whether a module of the standard library, of which other items bring back what it has by itself, had no such attribute when it came."""
    return name.partition(".")[0] in sys.stdlib_module_names and attribute not in (*seen.first[name][1], *OF_TRACEBACKS)


def aliases(seen, wanted) -> dict:
    """Name in sys.modules -> the name of the imported module that cells put there under it."""
    found = {}
    for name, module in list(sys.modules.items()):
        own = getattr(module, "__dict__", {}).get("__name__") if is_a(module, types.ModuleType) and name not in seen.before else name
        if own != name and name.partition(".")[0] in wanted and name.rpartition(".")[2] in seen.spoken.words and sys.modules.get(own) is module:
            found[name] = own
    return found


def reducers() -> dict:
    """(number, "class" or "reducer") -> what the session gave `copyreg.pickle`."""
    found = [pair for pair in list(copyreg.dispatch_table.items()) if of_session(pair[0]) or of_session(pair[1])]
    return {(str(number), part): value for number, pair in enumerate(found) for part, value in zip(("class", "reducer"), pair)}


def apply_reducers(where, packed) -> dict:
    values, missing = unpack_each(packed, where.namespace)
    for (number, part), value in values.items():
        if part == "class" and (number, "reducer") in values:
            copyreg.dispatch_table[value] = values[number, "reducer"]
    return {("copyreg", *key): why for key, why in missing.items()}


def to_be_called(where, seen) -> dict:
    """What is called when the process or an object ends. CPython does not tell what is registered for the exit, only how much."""
    found = {}
    if atexit._ncallbacks() > seen.exit_functions and seen.spoken.exits:
        found["atexit"] = "functions that cells registered for the exit cannot be seen"
    if len(weakref.finalize._registry) > seen.finalizers and "finalize" in seen.spoken.words:
        found["weakref"] = "what finalizers of cells would call is not called"
    if garbage.is_spoken_of(where) and (waits := garbage.in_words(where)):
        found["gc"] = waits
    return found


def capture_modules(where, seen):
    imports, versions, sources, made, wanted = [], {}, {}, {}, imported_names(where, seen.spoken)
    for number, (name, module) in enumerate(list(sys.modules.items())):
        if number % STRIDE == 0:
            give_way()
        dictionary = getattr(module, "__dict__", None)
        if name in seen.before or is_own(name) or type(dictionary) is not dict or dictionary.get("__name__") != name:
            continue
        if is_a(module, types.ModuleType) and not is_imported(module):
            if name.split(".")[0] in wanted:  # else a library made it: Cython has such modules
                made[name] = module
            continue
        if name.split(".")[0] in wanted:
            imports.append(name)
        if "." not in name and isinstance(dictionary.get("__version__"), str):
            versions[name] = dictionary["__version__"]
        digest = source_hash(module, seen.hashes)
        if digest:
            sources[name] = digest
    give_way()
    seen.look()
    give_way()
    reached, given_to_reached = seen.reached.look(where, seen.spoken)
    attributes, settings = session_attributes(where, seen, sources, given_to_reached), held.assigned(where, seen, wanted)
    gone = [key for key, value in attributes.items() if value is ABSENT]
    there = {key: value for key, value in attributes.items() if value is not ABSENT and not is_under_its_name(key, value)}
    packed, lost = pack_each(there, where.namespace, where.names)
    lost |= {key: "a library made it of what stood there and gave it that name; assign it again" for key, value in attributes.items() if is_under_its_name(key, value)}
    give_way()
    of_class, members, refused_classes = of_classes(where, seen)
    give_way()
    unseen = to_be_called(where, seen)
    reduced, refused_reducers = pack_each(reducers(), where.namespace, where.names)
    give_way()
    entries, refused_entries, told, kept = registry.capture(where, seen.registries, seen.spoken, sources)
    containers, refused_containers = filled.capture(where, seen.spoken, sources, seen.registries.watch, reached, attributes)
    deleted_of_classes = deleted_from_classes(where, seen.spoken)
    pandas_accessors, other_names = accessors(), aliases(seen, wanted) if "modules" in seen.spoken.words else {}
    seen.registered = names_held(where, [*((value, "") for each in (pandas_accessors, of_class, members) for value in each.values()), *kept])
    if not (imports or attributes or settings or made or other_names or of_class or members or refused_classes or unseen or reduced or refused_reducers or entries
            or refused_entries or containers or refused_containers or deleted_of_classes):
        return None
    class_members, lost_members = pack_each(members, where.namespace, where.names)
    registered, refused_accessors = pack_each(pandas_accessors, where.namespace, where.names)
    own = {key: value for key, value in local.attributes_of(sources, attributes).items() if key not in attributes or key in packed} if sources else {}
    kept_local, refused = local.capture(where, own, attributes) if sources else ({}, {})
    of_class = {key: value for key, value in of_class.items() if (key[0], ".".join(key[1:])) not in own}
    class_attributes, lost_attributes = pack_each(of_class, where.namespace, where.names)
    names = where.names | local.first_places(own)
    assigned_to_own, lost_held = pack_each({key: value for key, value in settings.items() if key[0] in sources}, where.namespace, names)
    beside = {key: value for key, value in settings.items() if key[0] not in sources}
    given = {key: value for key, value in there.items() if own and key[0] not in sources}
    if own:
        names = ways_into(where, names, own, [*beside.values(), *given.values(), *of_class.values()])
    assigned_to_held, lost_beside = pack_each(beside, where.namespace, names)
    set_last, packed, lost = that_name_own(given, packed, lost, where, names)
    class_last, class_attributes, lost_attributes = that_name_own(of_class if own else {}, class_attributes, lost_attributes, where, names)
    seen.registered += names_held(where, local.held(where, kept_local))
    holders = {id(value): name for name, value in list(where.namespace.items()) if not name.startswith("_")}
    state = {"imports": imports, "versions": versions, "sources": sources, "set": packed, "set_last": set_last, "gone": gone, "held": kept_local, "assigned": assigned_to_own | assigned_to_held,
             "accessors": registered, "class_attributes": class_attributes, "class_last": class_last, "class_members": class_members, "reducers": reduced, "registries": entries,
             "aliases": other_names, "filled": containers, "class_gone": deleted_of_classes,
             "made": {name: holders.get(id(module), "") for name, module in made.items()},
             "lost": {".".join(k): v for k, v in [*lost.items(), *refused.items(), *refused_accessors.items(), *lost_attributes.items(), *lost_held.items(), *lost_beside.items(),
                                                          *lost_members.items(), *refused_reducers.items()]} | refused_classes | unseen | refused_entries | refused_containers}
    top = [name for name in imports if "." not in name and not name.startswith("_")]
    return state, shown([".".join(key) for key in [*attributes, *of_class, *settings, *containers]] + told + [f"import {name}" for name in [*top, *made]])


def that_name_own(values, packed, lost, where, names) -> tuple[dict, dict, dict]:
    """(of these values, packed, those that name what one's own modules hold, and come back after that; the rest of those packed without these names; the
    rest of those that cannot be)."""
    named, _ = pack_each(values, where.namespace, names)
    last = {key: data for key, data in named.items() if packed.get(key) != data}
    return last, *({key: each for key, each in group.items() if key not in last} for group in (packed, lost))


def import_modules(_where, state):
    """In the order in which the session imported them. A submodule that cannot be imported alone is no loss by itself."""
    failed = {}
    for name in state["imports"]:
        if name in sys.modules or name.split(".")[0] in failed:
            continue
        try:
            importlib.import_module(name)
        except Exception as error:  # a module's own code may raise anything
            if "." not in name:
                failed[name] = f"{type(error).__name__}: {error}"
    return "; ".join(f"import {name} failed: {why}" for name, why in failed.items())


def apply_modules(where, state):
    notes = [import_modules(where, state)]
    for name, holder in state["made"].items():
        if is_a(where.namespace.get(holder), types.ModuleType):
            sys.modules[name] = where.namespace[holder]
        else:
            notes.append(f"module {name}, which a cell made, is not restored")
    for name, own in state.get("aliases", {}).items():
        if name not in sys.modules and own in sys.modules:
            sys.modules[name] = sys.modules[own]
    edited = {name for name, digest in state["sources"].items()
              if name in sys.modules and source_hash(sys.modules[name], {}) != digest}
    notes += [f"the source of module {name} is not what it was" for name in sorted(edited)]
    for name, version in state["versions"].items():
        now = getattr(sys.modules.get(name), "__dict__", {}).get("__version__")
        if isinstance(now, str) and now != version:
            notes.append(f"{name} is {now}, was {version}")
    missing = set_attributes(where, state["set"])
    for name, attribute in state["gone"]:
        getattr(sys.modules.get(name), "__dict__", {}).pop(attribute, None)
    missing |= apply_accessors(where, state["accessors"])
    missing |= apply_to_classes(where, state.get("class_attributes", {}), state.get("class_members", {}))
    delete_from_classes(state.get("class_gone", ()))
    missing |= apply_reducers(where, state.get("reducers", {}))
    missing |= filled.apply(where, state.get("filled", {}))
    missing |= registry.apply(where, state.get("registries", ()))
    settings = state.get("assigned", {})  # they may name what was registered, and others than those inside it what one's own module holds
    inside = {key: data for key, data in settings.items() if (key[0], key[1].partition(".")[0]) in state["held"]}
    missing |= held.apply(where, inside)
    missing |= local.apply(where, {key: entry for key, entry in state["held"].items() if key[0] not in edited})
    missing |= held.apply(where, {key: data for key, data in settings.items() if key not in inside})
    missing |= set_attributes(where, state.get("set_last", {}))
    missing |= apply_to_classes(where, state.get("class_last", {}), {})
    notes.append(lost_text("attribute", {**state["lost"], **{".".join(k): v for k, v in missing.items()}}))
    return "; ".join(note for note in notes if note)


def set_attributes(where, packed) -> dict:
    values, missing = unpack_each(packed, where.namespace)
    for (name, attribute), value in values.items():
        if name in sys.modules and not is_as_it_is(getattr(sys.modules[name], "__dict__", {}).get(attribute, ABSENT), value):
            setattr(sys.modules[name], attribute, value)
    return missing


def is_as_it_is(now, value) -> bool:
    """Whether a plain value is what the library has there by itself: `x is np.nan` asks for that very object, and the text of a
    cell that seems to assign it may be a comment."""
    return type(now) is type(value) and type(now) in PLAIN and (now == value or now != now and value != value)


def capture_builtins(where, base):
    shells = where.shell.builtin_trap.auto_builtins if where.shell is not None else {}  # IPython's own, and what it takes away (exit, quit)
    changed = {name: value for name, value in list(vars(builtins).items())
               if base.get(name, ABSENT) is not value and name != "_" and name not in shells
               and not str(getattr(value, "__module__", "")).startswith("_pydev")}  # execfile and runfile, of the debugger
    gone = [name for name in base if name not in vars(builtins) and name != "_" and name not in shells]
    if not changed and not gone:
        return None
    return (*pack_each(changed, where.namespace, where.names), gone), shown([*changed, *gone])


def apply_builtins(where, state):
    packed, lost, gone = state
    values, missing = unpack_each(packed, where.namespace)
    vars(builtins).update(values)
    for name in gone:
        vars(builtins).pop(name, None)
    return lost_text("builtin", {**lost, **missing})


def capture_annotations(where, _base):
    """Of variables (`x: int = 1`), which Python keeps in the namespace."""
    annotations = where.namespace.get("__annotations__")
    if type(annotations) is not dict or not annotations:
        return None
    return pack_each(annotations, where.namespace, where.names), shown(annotations)


def apply_annotations(where, state):
    packed, lost = state
    values, missing = unpack_each(packed, where.namespace)
    where.namespace.setdefault("__annotations__", {}).update(values)
    return lost_text("annotation of", {**lost, **missing})


def undo_builtins(_where, before):
    for name in [name for name in vars(builtins) if name != "_" and name not in before]:
        del vars(builtins)[name]
    vars(builtins).update({name: value for name, value in before.items() if name != "_"})


KINDS = [
    Kind("modules", Seen, capture_modules, apply_modules, leftovers.snapshot, leftovers.undo, prepare=import_modules),
    Kind("builtins", lambda _shell: dict(vars(builtins)), capture_builtins, apply_builtins, lambda _shell: dict(vars(builtins)), undo_builtins),
    Kind("annotations", no_baseline, capture_annotations, apply_annotations),
]
