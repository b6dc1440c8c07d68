"""State that modules of the user's own hold: what their code has written into their attributes since they were imported.

The import makes the module's objects anew, and whoever refers to one, in the module or in the session, refers to that new
one. So containers and instances get their contents back in place; only what cannot be filled is set as an attribute.
There is no copy of the module as it was imported, so everything is kept, and what an import makes equal again is left
alone. Attributes are written apart from each other, as references where one holds another.
"""
import collections
import contextlib
import sys
import threading
import types

from kernelferry._ferry import Stopped

from .contents import FILLED, contents, fill, parts_in
from .handlers import handler_again, kept_handler, set_as
from .inside import ways_inside
from .library_classes import place_of
from .pack import PLAIN, pack, reason, unpack

CODE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
LOCKS = (type(threading.Lock()), type(threading.RLock()))
IMMUTABLE = (tuple, frozenset, *PLAIN)
ORDER = ("set", "handler", "fill")  # what is filled may refer to what was set
MOST = 64 << 20  # bytes of one attribute: every save writes it again


def attributes_of(modules, set_by_cells) -> dict:
    """(module, attribute) -> value, without code, what the import system puts there, and what libraries hold as well
    (`from os import environ`), where no cell has set that. Of classes the containers ("Class.attribute"), which stay what they are when they are
    filled."""
    found = {(name, attribute): value for name in modules for attribute, value in list(vars(sys.modules[name]).items())
             if not attribute.startswith("__") and not isinstance(value, CODE)}
    found |= {(name, f"{cls.__qualname__}.{attribute}"): value for name in modules for cls in list(vars(sys.modules[name]).values())
              if isinstance(cls, type) and place_of(cls) == (name, cls.__name__) for attribute, value in list(vars(cls).items())
              if not attribute.startswith("__") and type(value) in FILLED}
    asked = {id(value) for value in found.values() if type(value) not in IMMUTABLE}
    others = [(name, vars(module)) for name, module in list(sys.modules.items())
              if name not in modules and name != "__main__" and type(module) is types.ModuleType]
    theirs = {id(value) for name, attributes in others for attribute, value in list(attributes.items())
              if id(value) in asked and (name, attribute) not in set_by_cells}
    return {key: value for key, value in found.items() if id(value) not in theirs}


def holder_of(module, attribute):
    """(the module or its class that holds it, under which name)"""
    *way, name = attribute.split(".")
    holder = sys.modules[module]
    for part in way:
        holder = vars(holder)[part]
    return holder, name


def put(module, attribute, value):
    holder, name = holder_of(module, attribute)
    if vars(holder).get(name) is not value:
        setattr(holder, name, value)


def held(where, entries) -> list:
    """(object, place in words) of the variables' values that the containers and instances among these attributes hold: others are not kept alive."""
    found = []
    for module, attribute in entries:
        holder, name = holder_of(module, attribute)
        kind, what = contents(vars(holder)[name])
        found += [(part, f"{module}.{attribute}") for part in (parts_in(vars(holder)[name], what) if kind == "fill" else ()) if id(part) in where.names]
    return found


def first_places(found) -> dict:
    """id -> the first attribute that is this object: there stands what it holds, others refer to it."""
    return {id(value): place for place, value in reversed(found.items()) if type(value) not in IMMUTABLE}


class Writer:
    """How attributes are kept, while neither they nor the variables change."""

    def __init__(self, where, found):
        self.namespace, self.found, self.places = where.namespace, found, first_places(found)
        self.names = where.names | self.places

    def written(self, key, ways=None, met=None) -> tuple[str, bytes]:
        """Kind, and bytes; of (class, contents) where it is filled, of the settings of a handler of `logging`. ways: the names and ways with which it
        is written (inside.py); met: as for pack()."""
        value, ways = self.found[key], ways or self.names
        if self.places.get(id(value), key) != key:
            return "set", pack(value, self.namespace, self.names)
        if is_handler(value) and (data := self._whole(value, lambda: kept_handler(self, value))) is not None:
            return "handler", data
        kind, what = contents(value)
        if kind == "fill":  # what it holds may refer to it
            data = pack((type(value), what), self.namespace, ways, met=met)
        else:
            data = self._whole(value, lambda: pack(value, self.namespace, ways, met=met))
        if len(data) > MOST:
            raise ValueError(f"it takes {len(data) >> 20} MiB, more than is kept of a module's own state")
        return kind, data

    def _whole(self, value, write):
        """What `write` makes of it, while what stands here is no reference to itself."""
        name = self.names.pop(id(value), None)
        try:
            return write()
        finally:
            if name is not None:
                self.names[id(value)] = name

    def is_written(self, key, entry) -> bool:
        try:
            return self.written(key) == entry[:2]
        except Exception:  # what cannot be written now is not what was written then
            return False


def is_handler(value) -> bool:
    logging = sys.modules.get("logging")
    return logging is not None and isinstance(value, logging.Handler)


def has_no_state(value) -> bool:
    """What the import makes as it was: a sentinel, a lock that nobody holds."""
    if type(value) in LOCKS:
        free = value.acquire(blocking=False)
        if free:
            value.release()
        return free
    return type(value) is object


def capture(where, known, taken) -> tuple[dict, dict]:
    """({(module, attribute): entry}, {(module, attribute): why it is lost}); known: of attributes_of(); those of them that are `taken` come back
    before these, as another item keeps them."""
    found = {key: value for key, value in known.items() if key not in taken}
    writer, entries, lost, met = Writer(where, known), {}, {}, {}

    def write(key, value, **how):
        try:
            names = [name for name, other in where.namespace.items() if other is value and type(value) not in IMMUTABLE]
            entries[key] = *writer.written(key, **how), names
        except Stopped:
            raise
        except Exception as error:  # a class of the module may raise anything
            lost[key] = f"{type(value).__module__}.{type(value).__qualname__} ({reason(error)})"

    for key, value in found.items():
        if not has_no_state(value) and value is not where.shell:
            write(key, value, met=met.setdefault(key, []))
    entries = dict(sorted(entries.items(), key=lambda item: (ORDER.index(item[1][0]), issubclass(type(found[item[0]]), set))))  # through a set there is no way
    met = {key: met[key] for key in entries}
    for key, ways in ways_inside(where, writer.names, known, met).items():
        write(key, found[key], ways=ways)
    lost |= {key: lost[first] for key in entries if (first := writer.places.get(id(found[key]))) in lost}
    return {key: entry for key, entry in entries.items() if key not in lost}, lost


def apply(where, entries) -> dict:
    """Puts contents back where they differ from what the import made; {(module, attribute): why not}."""
    lost = {}
    present = attributes_of({module for module, _ in entries if module in sys.modules}, ())
    writer = Writer(where, present)
    differing = {key: entry for key, entry in entries.items() if key not in present or not writer.is_written(key, entry)}
    present |= made_empty(where, present, differing)
    for kind_now in ORDER:
        for (module, attribute), (kind, data, names) in differing.items():
            if kind != kind_now:
                continue
            try:
                if module not in sys.modules:
                    raise LookupError(f"module {module} is not there")
                value = set_as(present.get((module, attribute)), handler_again(where, data)) if kind == "handler" else unpack(data, where.namespace)
                if kind == "fill":
                    (cls, what), value = value, as_made(present.get((module, attribute)), *value)
                    fill(value, what)
                put(module, attribute, value)
                where.namespace.update({name: value for name in names if name in where.namespace})
            except Exception as error:
                lost[module, attribute] = reason(error)
    return lost


def made_empty(where, present, entries) -> dict:
    """(module, attribute) -> object that is to be filled, where the import made none: what is filled before it may refer to it."""
    made = {}
    for (module, attribute), (kind, data, _names) in entries.items():
        if kind == "fill" and module in sys.modules:
            with contextlib.suppress(Exception):  # apply() says why
                cls, what = unpack(data, where.namespace, absent=[])  # what it holds may be found by a way through what is not filled yet
                made[module, attribute] = as_made(present.get((module, attribute)), cls, what)
                put(module, attribute, made[module, attribute])
    return made


def as_made(present, cls, what):
    """The object that the import made, or an empty one that takes no more than what is to be filled in."""
    if type(present) is cls:
        return present
    if cls is collections.deque:
        return cls(maxlen=what.maxlen)
    if cls is collections.defaultdict:
        raise TypeError(f"the import makes a {type(present).__name__} there")
    return cls.__new__(cls)
