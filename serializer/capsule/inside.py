"""What attributes of modules of one's own share inside them, with variables, each other, and what cells set on libraries: `students[0] is school.ALL[0]`.

It is written as the way there (shared.py): from the variable, which is back before them, or from the attribute that comes back before.
Only what more holds than these attributes can be shared with variables; where nothing is left over, no variable is searched.
"""
from collections import Counter

from kernelferry._ferry import Stopped

from .kind import give_way
from .pack import STRIDE, pack
from .shared import MOST, Ways, holders, is_mutable, paths_from, paths_from_names, wanted

ANY = 1 << 30  # more than refer to an object


def ways_inside(where, names, values, met) -> dict:
    """key -> the names with which an attribute is written again, of those that share something. names: of variables and attributes; values: key ->
    attribute; met: key -> what pickling it has met, in the order in which they come back; it is emptied, since references are counted. None
    where more than MOST was met. Raises Stopped."""
    if sum(map(len, met.values())) > MOST:
        return {}
    apart = {id(value) for value in values.values() if is_mutable(value)}
    parts = {key: mutable(objects).difference(names, apart) for key, objects in met.items()}
    everything = [*values.values(), *(each for objects in met.values() for each in objects)]
    met.clear()
    held, of_classes = holders(where) + Counter(dict.fromkeys(apart, ANY)), held_by_classes(everything, {module for module, _ in values})
    outer = paths_from_names((wanted(everything, held) | of_classes).intersection(set().union(*parts.values())), where, apart)
    variables, of_variables = Ways(names, outer), {id(path[-1]) for path in outer}
    first, found = {}, {}
    for key, inside in parts.items():
        before = {}
        for each in inside & first.keys():
            before.setdefault(first[each], set()).add(each)
        inner = [path for other, shared in before.items() for path in paths_from([values[other]], shared, apart, where)]
        if inner or not of_variables.isdisjoint(inside):
            found[key] = Ways(variables, inner, {id(values[other]): other for other in before})
        for each in inside:
            first.setdefault(each, key)
    return found


def held_by_classes(objects, modules) -> set[int]:
    """ids of what classes of these modules hold, of which there are objects here."""
    return {id(value) for kind in set(map(type, objects)) if type.__dict__["__module__"].__get__(kind) in modules for value in vars(kind).values()}


def ways_into(where, names, own, values) -> Ways:
    """The names, and the ways from variables and attributes of one's own modules to what of them these values hold. own: (module, attribute) -> attribute.
    Raises Stopped."""
    met, roots = [], {id(value): key for key, value in reversed(own.items()) if is_mutable(value)}
    for value in values:
        try:
            pack(value, where.namespace, names, met=met)
        except Stopped:
            raise
        except Exception:  # what cannot be written shares nothing
            pass
    ids = mutable(met).difference(names)
    variables, apart = paths_from_names(ids, where, roots.keys()), {id(where.namespace), id(where.shell)}
    return Ways(Ways(names, variables), paths_from([value for value in own.values() if id(value) in roots], ids, apart, where), roots)


def mutable(objects) -> set[int]:
    """The ids of those that are."""
    found = set()
    for number, each in enumerate(objects):
        if number % STRIDE == 0:
            give_way()
        if is_mutable(each):
            found.add(id(each))
    return found
