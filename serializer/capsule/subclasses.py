"""The order in which a class knows its subclasses: `for plugin in Plugin.__subclasses__()` goes by when each was made.

Classes come back in the order in which something needs them. That of the session's classes below one base is kept, and told to Python
again by setting the bases that a class has: it then counts as the last that was made.
"""
import graphlib
import itertools
import pickle
from collections import Counter

from .kind import Kind, lost_text, no_baseline, shown
from .pack import reason

ASKING = "__subclasses__"
MODULE_OF, MRO_OF, NAME_OF, BASES = (type.__dict__[name] for name in ("__module__", "__mro__", "__qualname__", "__bases__"))


def of_session(cls) -> bool:
    """Asks `type` alone: a metaclass may answer as it likes."""
    return MODULE_OF.__get__(cls) == "__main__"


def families(where) -> dict:
    """Base -> the classes of the session right below it, in their order; of bases that names and their classes lead to."""
    values = [value for value in where.namespace.values() if issubclass(type(value), type) and of_session(value)]
    waiting, found = [base for cls in values for base in MRO_OF.__get__(cls)], {}
    while waiting:
        base = waiting.pop()
        if base is not object and base not in found:
            found[base] = [cls for cls in type.__subclasses__(base) if of_session(cls)]
            waiting += found[base]
    return {base: classes for base, classes in found.items() if len(classes) > 1}


def key_of(where, cls) -> str:
    return where.names.get(id(cls)) or f"{MODULE_OF.__get__(cls)}.{NAME_OF.__get__(cls)}"


def capture(where, _base):
    order = {key_of(where, base): [key_of(where, cls) for cls in classes] for base, classes in families(where).items()}
    return ((order, ASKING in where.spoken.words), shown(order)) if order else None


def asked_for(code: str, data: bytes) -> bool:
    """Whether a cell goes by the order, or may call what earlier cells wrote that does."""
    return ASKING in code or pickle.loads(data)[1]


def ordered(where, classes, keys) -> list:
    """As these keys stand; of several under one key each in turn, and those of none behind all others."""
    turns, places = Counter(), {}
    for place, key in enumerate(keys):
        places[key, turns[key]] = place
        turns[key] += 1
    turns.clear()
    marked = []
    for cls in classes:
        key = key_of(where, cls)
        marked.append((places.get((key, turns[key]), len(keys)), cls))
        turns[key] += 1
    return [cls for _, cls in sorted(marked, key=lambda each: each[0])]


def apply(where, state) -> str:
    now, (order, _) = families(where), state
    wanted = {base: ordered(where, classes, order.get(key_of(where, base), ())) for base, classes in now.items()}
    if all(len(classes) == len(now[base]) and all(map(lambda a, b: a is b, classes, now[base])) for base, classes in wanted.items()):
        return ""
    follows = graphlib.TopologicalSorter()
    for classes in wanted.values():
        for before, after in itertools.pairwise(classes):
            follows.add(after, before)
    lost = {}
    for cls in follows.static_order():  # each in turn becomes the last of all that its bases know
        try:
            if type(cls).mro is not type.mro:
                raise TypeError("its metaclass makes its order of resolution")
            BASES.__set__(cls, BASES.__get__(cls))
        except Exception as error:
            lost[key_of(where, cls)] = reason(error)
    return lost_text("order of subclass", lost)


KINDS = [Kind("subclasses", no_baseline, capture, apply)]
