"""Attributes that cells assign to objects of libraries which a module holds (`json._default_encoder.ensure_ascii = False`,
`email.policy.default.content_manager.mine = 5`): no attribute of a module changes, and no variable leads there.

The text of a cell has to say so, since libraries keep caches in such objects: in these words, or by assigning such an attribute to
whatever, or by computing names (writers.py). What other items bring back is left to them.
"""
import contextlib
import sys
import types

from kernelferry._ferry import instance_dict

from .kind import give_way, is_a, of_session
from .pack import HEAP_TYPE, reason, unpack_each
from .writers import is_set

ABSENT = object()
OF_FUNCTIONS = ("__defaults__", "__kwdefaults__", "__doc__", "__code__")  # what else of a function cells exchange
OTHERS = {"sys", "logging", "builtins", "decimal", "kernelferry", "__main__", "_ferry", "matplotlib", "mpmath", "IPython", "traitlets", "threading"}
STRIDE = 64  # modules that are looked at in one go


def assigned(where, seen, wanted) -> dict:
    """(module, way from it, attribute) -> value now; wanted: the packages of which cells speak."""
    found = {}
    for path, attribute in seen.spoken.assigned:
        place = held_at(path, where.namespace)
        if place is not None and (not attribute.startswith("__") or attribute in OF_FUNCTIONS):
            value = value_of(holder_at(*place), attribute)
            if value is not ABSENT:
                found[*place, attribute] = value
    if seen.spoken.computes or seen.spoken.attributes:
        found |= unspelled(where, seen, wanted, {(id(holder_at(module, way)), attribute) for module, way, attribute in found})
    return found


def unspelled(where, seen, wanted, known) -> dict:
    """The same, of fields that differ from what the objects held when their module came, and that no cell spells as theirs."""
    found, spoken = {}, seen.spoken
    names = [name for name in list(sys.modules) if (first := name.partition(".")[0]) in wanted and first not in OTHERS]
    for number, name in enumerate(names):
        if number % STRIDE == 0:
            give_way()
        dictionary = getattr(sys.modules.get(name), "__dict__", None)
        for way, holder, attribute, value in seen.held.look(dictionary) if type(dictionary) is dict else ():
            kind = type(holder)
            if (id(holder), attribute) in known or attribute.startswith("__") or of_session(kind) or kind.__module__.partition(".")[0] in OTHERS:
                continue
            if not spoken.words.isdisjoint((way[-1], kind.__name__)) or id(holder) in where.names:
                if all(is_set(spoken, cls.__module__, attribute, value) for cls in kind.__mro__[:-1]):
                    found[name, ".".join(way), attribute] = value
                    known.add((id(holder), attribute))
    return found


def held_at(path, namespace):
    """The module that holds the object of a library which a dotted name in a cell means, and the way to it there; or None."""
    place = way_of(path, namespace)
    if place is None or place[0].partition(".")[0] in OTHERS:
        return None
    value = holder_at(*place)
    if is_a(value, types.FunctionType):
        return None if of_session(value) else place
    return None if is_a(value, (type, types.ModuleType)) or not has_fields(value) or of_session(type(value)) else place


def has_fields(value) -> bool:
    return instance_dict(value) is not None or any(type(each) is types.MemberDescriptorType for cls in type(value).__mro__
                                                   if cls.__flags__ & HEAP_TYPE for each in vars(cls).values())


def spoken_of(spoken, namespace) -> list:
    """(dotted name, namespace in which it means something) of all that cells name. What they import stands in a module, whatever a variable of
    that module's name is by now."""
    return [*((path, namespace) for path in spoken.dotted), *((path, {}) for path in spoken.imported.values())]


def way_of(path, namespace):
    """(module, way from it) of what a dotted name in a cell means, where that begins with a module or a class; or None."""
    first, *way = path.split(".")
    holder = namespace.get(first, sys.modules.get(first))
    while way and is_a(holder, types.ModuleType) and is_a(part := vars(holder).get(way[0]), types.ModuleType):
        holder, way = part, way[1:]
    if is_a(holder, type) and not of_session(holder):
        holder, way = sys.modules.get(type.__dict__["__module__"].__get__(holder)), [*holder.__qualname__.split("."), *way]
    module = vars(holder).get("__name__") if is_a(holder, types.ModuleType) else None
    return (module, ".".join(way)) if way and type(module) is str and sys.modules.get(module) is holder else None


def holder_at(module, way):
    """What the names on the way lead to, without any code of its; or ABSENT."""
    found = sys.modules.get(module)
    for name in way.split("."):
        fields = None if is_a(found, type) else instance_dict(found)
        if fields and name in fields:
            found = fields[name]
        elif is_a(found, types.FunctionType) and name in OF_FUNCTIONS:
            found = getattr(found, name)
        elif is_a(found, type):
            found = of_class(found, name)
        else:
            found = in_slot(found, name)
    return found


def in_slot(holder, name):
    """What an object has in a slot, or from its class."""
    slot = declared(type(holder), name)
    if not is_a(slot, types.MemberDescriptorType):
        return of_class(type(holder), name)
    with contextlib.suppress(AttributeError):  # an empty one
        return slot.__get__(holder)
    return ABSENT


def declared(cls, name):
    """What stands under a name in a class or one of its bases; or ABSENT."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), ABSENT)


def of_class(cls, name):
    members = vars(cls).get("_member_map_")  # of an enumeration, which hides them behind descriptors
    if type(members) is dict and name in members:
        return members[name]
    value = declared(cls, name)
    return value if is_a(value, types.FunctionType) or not hasattr(type(value), "__get__") else ABSENT


def value_of(holder, attribute):
    """Of a field or slot, or of a property of the library's that keeps it in one."""
    if attribute in (fields := instance_dict(holder) or {}):
        return fields[attribute]
    if is_a(holder, types.FunctionType):
        return getattr(holder, attribute) if attribute in OF_FUNCTIONS else ABSENT
    kept_by = declared(type(holder), attribute)
    if attribute in OF_FUNCTIONS or not is_a(kept_by, types.MemberDescriptorType) and (not is_a(kept_by, property) or kept_by.fset is None):
        return ABSENT
    try:
        return getattr(holder, attribute)
    except Exception:  # one that can only be set
        return ABSENT


def apply(where, packed) -> dict:
    values, lost = unpack_each(packed, where.namespace)
    for (module, way, attribute), value in values.items():
        try:
            holder = holder_at(module, way)
            now = value_of(holder, attribute)
            if now is not value and not (type(now) is type(value) is types.CodeType and now == value):
                setattr(holder, attribute, value)
        except Exception as error:  # a library may refuse
            lost[module, way, attribute] = reason(error)
    return lost
