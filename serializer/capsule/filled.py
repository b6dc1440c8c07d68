"""Dicts, lists and sets that a module, class or object of a library holds, and that cells fill by what is nobody's:
`cvxopt.solvers.options["show_progress"] = False`, `keyword.kwlist.append("mine")`.

The text of a cell has to say so, since libraries fill their own: that it fills it, or the name of one that was touched after it was first
seen (a variable or a parameter of a function may stand for it where it is filled), or that of a function which gets to one (reached.py) with an entry
that some cell spells. Such a container is kept whole, and compared with the one that an import makes. Objects that the library made itself stay as an
import makes them, and of a dict those are added whose keys an import does not bring. Of a large dict to which only functions get, the entries are kept
whose keys cells spell. What was written in the session is found without a word (registry.py).
"""
import linecache
import re
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, WrapperDescriptorType

from .held import OTHERS, holder_at, spoken_of, way_of
from .kind import give_way, is_a, of_session
from .library_classes import place_of
from .pack import PLAIN, pack, reason, refusal, unpack
from .registry import SKIPPED, TABLES

KINDS = (dict, list, set)
MOST = 1 << 20  # bytes
BY_NAME = (type, FunctionType, BuiltinFunctionType, MethodDescriptorType, WrapperDescriptorType)
LINES = "linecache", "cache"
SAID, NAMED, REACHED = "a cell fills it", "a cell names it", "a cell names what gets to it"
WORDS = re.compile(r"\w+")
STRIDE = 1024  # names in cells between two looks whether a request waits
MANY = 20_000  # parts of a container that nothing but a function leads to, which are not gone through
MOST_SPELLED = 16  # parts of a list or tuple in which words of cells are looked for
MOST_OF_LIBRARY = 1000  # objects of libraries in a dict that are kept one by one
LEFT = SKIPPED | OTHERS - {"matplotlib"}  # to other items
LISTED = {(module, path) for module, paths in TABLES.items() for path in paths}


_applied = {}  # (module, way) that this process has filled as they were -> how it is known that cells did: NAMED or REACHED


def places(where, spoken, watch, reached=()) -> dict:
    """(module, way) of each container that cells may have filled -> how that is known: SAID, NAMED or REACHED. Raises Stopped."""
    found = dict(_applied)
    for place in reached:
        if place not in found and watch.touched(container := holder_at(*place)) and type(container) in KINDS and spells_any(spoken, container):
            found[place] = REACHED
    for number, each in enumerate(spoken_of(spoken, where.namespace)):
        if number % STRIDE == 0:
            give_way()
        if (place := way_of(*each)) is not None and found.get(place, REACHED) is REACHED and watch.touched(holder_at(*place)):
            found[place] = NAMED
    for path in spoken.filled:
        imported = spoken.imported.get(path)
        place = way_of(path, where.namespace) if imported is None else way_of(imported, {})
        if place is not None and (imported is None or where.namespace.get(path) is holder_at(*place)):  # else the name means something else by now
            found[place] = SAID
    return found


def spells_any(spoken, container) -> bool:
    """Whether cells spell a part; of a large dict, the key of one by itself."""
    if len(container) > MANY:
        return type(container) is dict and bool(spelled_keys(spoken, container))
    return any(spells(spoken, part) for part in parts_of(container))


def spelled_keys(spoken, container) -> list:
    return [word for word in spoken.words if word in container]


def parts_of(container) -> list:
    """Of a dict the pairs of key and value."""
    return list(container.items() if type(container) is dict else container)


def spells(spoken, part, deep=3) -> bool:
    """Whether cells spell a part of a container, or of what that is made of: a text, or what has a name."""
    if type(part) in (list, tuple):
        return deep > 0 and any(spells(spoken, each, deep - 1) for each in part[:MOST_SPELLED])
    name = part if type(part) is str else getattr(part, "__name__", None) if is_a(part, BY_NAME) else None
    return type(name) is str and bool(words := WORDS.findall(name)) and spoken.words.issuperset(words)


def capture(where, spoken, local, watch, reached=(), set_by_cells=()) -> tuple[dict, dict]:
    """({(module, way): packed (kind, entries)}, {place in words: why it cannot be kept}); local: modules whose state another item keeps; watch: that of
    the registries, after it has looked; reached: places of containers that functions get to which cells name; set_by_cells: (module, attribute) of what comes
    back as a whole."""
    found, lost = {}, {}
    for place, how in places(where, spoken, watch, reached).items():
        if place == LINES:
            found[place] = pack(("dict", lines_of_no_file(where), ()), where.namespace, where.names)
            continue
        if place in LISTED or place in set_by_cells or place[0] in local or not LEFT.isdisjoint((place[0], place[0].partition(".")[0])):
            continue
        container = holder_at(*place)
        if type(container) not in KINDS:
            continue
        large = how is REACHED and type(container) is dict and len(container) > MANY  # of what the library filled by itself, and a cell may have added to
        parts = [(key, container[key]) for key in spelled_keys(spoken, container)] if large else parts_of(container)
        alone = [part for part in parts if stands_alone(where, part)]
        if type(container) is not dict and len(alone) < len(parts):
            if how is SAID and not any(of_session(part) or of_session(type(part)) for part in parts):
                lost[".".join(place)] = "it holds objects of the library's own"
            continue
        kept = [key for key, _ in parts if stands_alone(where, key)] if type(container) is dict and not large else None  # None: all
        others = others_of(where, parts if how is SAID else [part for part in parts if spells(spoken, part)]) if type(container) is dict else []
        try:
            found[place] = pack((type(container).__name__, alone, kept, others, holder_of(*place) is not None, how is not REACHED), where.namespace, where.names, MOST)
        except Exception as error:  # a user's reduction may raise anything
            lost[".".join(place)] = refusal(container, error)
    return found, lost


def holder_of(module, way):
    """The class that holds itself what a way leads to; or None."""
    owner, _, name = way.rpartition(".")
    holder = holder_at(module, owner) if owner else None
    return holder if is_a(holder, type) and name in vars(holder) else None


def others_of(where, parts) -> list:
    """(key, packed value, or why there is none) of the objects of libraries in a dict."""
    found = []
    for key, value in parts:
        if not stands_alone(where, key) or stands_alone(where, value) or of_session(value) or of_session(type(value)):
            continue
        try:
            found.append((key, pack(value, where.namespace, where.names, MOST), ""))
        except Exception as error:  # it cannot be kept; an import may bring it
            found.append((key, None, refusal(value, error)))
        if len(found) > MOST_OF_LIBRARY:
            return []
    return found


def lines_of_no_file(where) -> list:
    """What linecache has for names of no file, but for cells."""
    cells = getattr(getattr(where.shell, "compile", None), "_filename_map", {})
    return [(name, entry) for name, entry in list(linecache.cache.items()) if len(entry) == 4 and entry[1] is None and name not in cells]


def stands_alone(where, value, deep=4) -> bool:
    """Whether nobody can miss the object itself: a plain value, what is written by its name, or a container of such."""
    if is_a(value, type) and not of_session(value) and place_of(value) is None:  # `dict_items`: only an import brings it
        return False
    if type(value) in (*PLAIN, re.Pattern) or is_a(value, BY_NAME) or id(value) in where.names:
        return True
    if not deep or type(value) not in (*KINDS, tuple, frozenset):
        return False
    parts = [*value, *value.values()] if type(value) is dict else value
    return all(stands_alone(where, part, deep - 1) for part in parts)


def apply(where, filled) -> dict:
    """Makes each hold what it held; {(module, way): why not}. Safe to repeat."""
    lost = {}
    for place, data in filled.items():
        try:
            kind, parts, kept, others, own, sure = (*(state := unpack(data, where.namespace)), *((), False, True)[len(state) - 3:])  # older stores have less
            container = holder_at(*place)
            if type(container) not in KINDS and not sure:  # the library makes it when it needs it
                continue
            if type(container) not in KINDS or type(container).__name__ != kind:
                raise LookupError("this version of the library holds something else there")
            if own and holder_of(*place) is None:
                container = given_to_class(*place, container)
            fill(where, container, parts, kept)
            _applied[place] = NAMED if sure else REACHED
            lost |= {(*place, str(key)): why for key, why in add(where, container, others).items()}
        except Exception as error:  # a key of the user's may raise anything
            lost[place] = reason(error)
    return lost


def given_to_class(module, way, inherited):
    """A copy of what a class has from another, as its own."""
    owner, _, name = way.rpartition(".")
    setattr(holder_at(module, owner), name, inherited.copy())
    return vars(holder_at(module, owner))[name]


def add(where, container, others) -> dict:
    """What an import does not bring; {key: why it is not there}."""
    lost = {}
    for key, data, why in others:
        if key in container:
            continue
        try:
            if data is None:
                raise LookupError(why)
            container[key] = unpack(data, where.namespace)
        except Exception as error:  # as in apply
            lost[key] = reason(error)
    return lost


def fill(where, container, parts, kept):
    if type(container) is list:
        if not is_same(container, parts):
            container[:] = parts
    elif type(container) is set:
        container.intersection_update(parts)
        container.update(parts)
    else:
        for key in {key for key in container if stands_alone(where, key)}.difference(kept) if kept is not None and container is not linecache.cache else ():
            del container[key]
        container.update({key: value for key, value in parts if key not in container or not is_same(container[key], value)})


def is_same(now, value) -> bool:
    return type(now) is type(value) and (now is value or now == value)
