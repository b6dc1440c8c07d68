"""Import hooks: what cells put on `sys.meta_path` and `sys.path_hooks`, and took away.

Both lists are kept whole, in order. An entry that was there before the first cell, or that an import puts there again
(six, pytest), is met again by what it is; only what neither brings is put there from its bytes. What hooks of the session
had found for a path is asked of them again. Where no cell speaks of the lists and nothing on them is the session's, what
libraries did to them is theirs.
"""
import sys

from .kind import Kind, lost_text, of_session, shown
from .pack import pack_each, reason, unpack

LISTS = ("meta_path", "path_hooks")


def entries(_shell=None) -> dict:
    return {name: list(getattr(sys, name)) for name in LISTS}


def label(entry) -> str:
    """What an entry is: its own name where it is a class or function, else its type's."""
    named = entry if isinstance(getattr(entry, "__qualname__", None), str) else type(entry)
    return f"{getattr(named, '__module__', '')}.{named.__qualname__}"


def capture_finders(where, base):
    now = entries()
    known = {id(entry) for listed in base.values() for entry in listed}
    new = {(name, at): entry for name in LISTS for at, entry in enumerate(now[name]) if id(entry) not in known}
    mine = [key for key, entry in new.items() if of_session(entry) or of_session(type(entry)) or id(entry) in where.names]
    order = {name: [label(entry) for entry in now[name]] for name in LISTS}
    gone = {name: [label(entry) for entry in base[name] if label(entry) not in order[name]] for name in LISTS}
    same = all([*map(id, now[name])] == [*map(id, base[name])] for name in LISTS)
    if same or not mine and where.spoken.words.isdisjoint(LISTS):
        return None
    packed, lost = pack_each(new, where.namespace, where.names)
    paths = [path for path, finder in list(sys.path_importer_cache.items()) if of_session(type(finder))]
    words = [order[name][at] for name, at in new] + [f"-{each}" for name in LISTS for each in gone[name]]
    return (order, mine, packed, lost, gone, paths), shown(words or ["order"])


def apply_finders(where, state):
    order, mine, packed, lost, gone, paths = state
    unfound = {}
    for name in LISTS:
        here = getattr(sys, name)
        left, found = [entry for entry in here if label(entry) not in gone[name]], {}
        places = sorted(range(len(order[name])), key=lambda at: (name, at) not in mine)  # of two of one class each may be a variable
        for at in places:
            value, why = None, lost.get((name, at), "no import brings it")
            same = next((entry for entry in left if label(entry) == order[name][at]), None)
            if (name, at) in packed and ((name, at) in mine or same is None):
                try:
                    value = unpack(packed[name, at], where.namespace)
                except Exception as error:  # a class of the user's may raise anything
                    why = reason(error)
            same = next((entry for entry in left if entry is value), same)
            if same is not None:  # also what a cell that ran again has put there
                left = [entry for entry in left if entry is not same]
            if same is None and value is None:
                unfound[f"{order[name][at]} of sys.{name}"] = why
            else:
                found[at] = value if same is None else same
        here[:] = [found[at] for at in sorted(found)] + left
    for path in paths:
        sys.path_importer_cache.pop(path, None)
    return lost_text("finder", unfound)


def undo_finders(_where, before):
    for name, known in before.items():
        getattr(sys, name)[:] = [entry for entry in getattr(sys, name) if any(entry is one for one in known)
                                 or not (of_session(entry) or of_session(type(entry)))]


KINDS = [Kind("finders", entries, capture_finders, apply_finders, entries, undo_finders)]
