"""Attributes that cells assign to objects of libraries which a module holds (`json._default_encoder.ensure_ascii = False`,
`scipy.stats.norm.random_state = 4`): no attribute of a module changes, and no variable leads there.

The text of a cell has to say so, since libraries keep caches in such objects. What other items bring back is left to them.
"""
import sys
import types

from kernelferry._ferry import instance_dict

from .kind import of_session
from .pack import reason, unpack_each

ABSENT = object()
OTHERS = {"sys", "logging", "builtins", "decimal", "kernelferry", "__main__", "_ferry", "matplotlib", "mpmath"}


def assigned(where, spoken) -> dict:
    """(module, name in it, attribute) -> value now."""
    found = {}
    for path, attribute in spoken.assigned:
        place = held_at(path, where.namespace)
        if place is not None and not attribute.startswith("__"):
            value = value_of(vars(sys.modules[place[0]])[place[1]], attribute)
            if value is not ABSENT:
                found[*place, attribute] = value
    return found


def held_at(path, namespace):
    """The module that holds the object of a library which a dotted name in a cell means, and the name there; or None."""
    *way, name = path.split(".")
    if not way:
        return None
    holder = namespace.get(way[0], sys.modules.get(way[0]))
    for part in way[1:]:
        holder = vars(holder).get(part) if isinstance(holder, types.ModuleType) else None
    module = vars(holder).get("__name__") if isinstance(holder, types.ModuleType) else None
    if type(module) is not str or module.partition(".")[0] in OTHERS or sys.modules.get(module) is not holder:
        return None
    value = vars(holder).get(name, ABSENT)
    if isinstance(value, (type, types.ModuleType, types.FunctionType)) or instance_dict(value) is None or of_session(type(value)):
        return None
    return module, name


def value_of(holder, attribute):
    """Of a field, or of a property of the library's that keeps it in one."""
    if attribute in (fields := instance_dict(holder)):
        return fields[attribute]
    declared = next((vars(cls)[attribute] for cls in type(holder).__mro__ if attribute in vars(cls)), None)
    if not isinstance(declared, property) or declared.fset is None:
        return ABSENT
    try:
        return getattr(holder, attribute)
    except Exception:  # one that can only be set
        return ABSENT


def apply(where, packed) -> dict:
    values, lost = unpack_each(packed, where.namespace)
    for (module, name, attribute), value in values.items():
        try:
            holder = vars(sys.modules[module])[name]
            if value_of(holder, attribute) is not value:
                setattr(holder, attribute, value)
        except Exception as error:  # a library may refuse
            lost[module, name, attribute] = reason(error)
    return lost
