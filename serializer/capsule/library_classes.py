"""What the session gave classes of libraries: attributes, accessors of pandas, members of abstract classes.

An attribute counts as the session's if its value was written in it (`ClassWatch`), or if the text of some cell assigns it and
it is not what the class's own body put there. Where a cell may have computed the name, it is one that nothing in the library's module sets
(writers.py), of a class that cells name.
"""
import _abc
import sys
import types
import warnings
import weakref

from kernelferry._ferry import is_by_hand

from .kind import is_a, is_own, of_session
from .pack import reason, unpack_each
from .writers import is_set


def holder_at(path, namespace):
    """The module or class that a dotted name in a cell means, or None."""
    first, *rest = path.split(".")
    found = namespace.get(first, sys.modules.get(first))
    for part in rest:
        found = vars(found).get(part) if is_a(found, (types.ModuleType, type)) else None
    return found if is_a(found, (types.ModuleType, type)) else None


def place_of(cls):
    """(module, qualified name) under which an import finds the class, or None."""
    name, path = type.__dict__["__module__"].__get__(cls), cls.__qualname__
    return (name, path) if is_a(name, str) and class_at(name, path) is cls else None


def class_at(module, path):
    found = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, "__dict__", {}).get(part)
    return found


def answers(value) -> bool:
    """Whether code of its class says what its attributes are: that may be anybody's, and raise what it likes."""
    kind = type(value)
    return hasattr(kind, "__getattr__") or is_a(kind.__getattribute__, types.FunctionType) or kind in weakref.ProxyTypes


def is_as_made(cls, attribute, value) -> bool:
    """Whether a class still holds what its own body put there: a name in a cell need not mean that class."""
    if answers(value):
        return False
    code = getattr(value, "fget", None) or getattr(value, "__func__", value)
    return (getattr(code, "__qualname__", None) == f"{cls.__qualname__}.{attribute}"
            and getattr(code, "__module__", cls.__module__) == cls.__module__)


def assigned_to_classes(where, spoken) -> list:
    """(class of a library, attribute, value) of each attribute that some cell assigns."""
    found = []
    for path, attribute in spoken.assigned:
        cls = holder_at(path, where.namespace)
        if not is_a(cls, type) or attribute.startswith("__") or attribute not in vars(cls) or of_session(cls) or not place_of(cls):
            continue
        if not is_as_made(cls, attribute, vars(cls)[attribute]):
            found.append((cls, attribute, vars(cls)[attribute]))
    return found


def deleted_from_classes(where, spoken) -> list:
    """(module, class, attribute) of each that some cell deletes and a class of a library does not have."""
    found = []
    for path, attribute in spoken.deleted:
        cls = holder_at(path, where.namespace)
        if is_a(cls, type) and not of_session(cls) and not attribute.startswith("__") and attribute not in vars(cls) and (place := place_of(cls)):
            found.append((*place, attribute))
    return sorted(found)


def delete_from_classes(deleted):
    for module, path, attribute in deleted:
        cls = class_at(module, path)
        if is_a(cls, type) and attribute in vars(cls):
            delattr(cls, attribute)


def of_classes(where, seen) -> tuple[dict, dict, dict]:
    """What the session gave classes of libraries: ({(module, class, attribute): value}, {(module, class, number): class
    registered with that abstract one}, {place in words: why it cannot be kept})."""
    attributes, registered, lost, spoken = {}, {}, {}, seen.spoken
    held = [(cls, name, value) for cls, name, value, mine in seen.classes.look(None if spoken.computes else spoken.words)
            if mine or place_of(cls) and not of_session(cls) and not is_as_made(cls, name, value)
            and (name in spoken.words or (cls.__name__ in spoken.words or id(cls) in where.names) and is_set(spoken, cls.__module__, name, value))]
    for cls, attribute, value in [*held, *assigned_to_classes(where, spoken)]:
        place = place_of(cls)
        made = cls.__module__ == "builtins" or is_by_hand(str(cls.__module__))  # by exec(), or make_dataclass(), which says that it is of `types`
        if made or place is None and id(cls) in where.names:  # it travels with the variables
            continue
        if place is None:
            lost[f"{cls.__module__}.{cls.__qualname__}.{attribute}"] = "no import finds that class"
        elif not is_own(place[0]):
            attributes[*place, attribute] = value
    for cls in seen.classes.abstract():
        members = [member for member in registered_with(cls) if of_session(member) or is_spoken_of(where, spoken, cls, member)]
        place = place_of(cls)
        if place is not None:
            registered.update({(*place, str(number)): member for number, member in enumerate(members)})
    return attributes, registered, lost


def is_spoken_of(where, spoken, cls, member) -> bool:
    """Whether cells may have registered a class of a library with another one: if the library did, it does so again."""
    return "register" in spoken.words and all(each.__name__ in spoken.words or id(each) in where.names for each in (cls, member)) and place_of(member) is not None


def registered_with(cls) -> list:
    """The classes registered with an abstract one; six makes temporary ones that cannot have any."""
    try:
        return [member for reference in _abc._get_dump(cls)[0] if (member := reference()) is not None]
    except AttributeError:
        return []


def apply_to_classes(where, attributes, registered) -> dict:
    lost = {}
    for packed, give in ((attributes, setattr), (registered, lambda cls, _number, member: cls.register(member))):
        values, missing = unpack_each(packed, where.namespace)
        for (module, path, name), value in values.items():
            try:
                give(class_at(module, path), name, value)
            except Exception as error:  # a metaclass may refuse
                missing[module, path, name] = reason(error)
        lost |= missing
    return lost


def accessors() -> dict:
    """(class, name) -> class of the session that pandas was given with register_dataframe_accessor and its like."""
    pandas = sys.modules.get("pandas")
    kinds = [getattr(pandas, kind) for kind in ("DataFrame", "Series", "Index") if hasattr(pandas, kind)]
    found = {(kind.__name__, name): getattr(vars(kind).get(name), "_accessor", None) for kind in kinds for name in kind._accessors}
    return {key: accessor for key, accessor in found.items() if of_session(accessor)}


def apply_accessors(where, packed) -> dict:
    values, missing = unpack_each(packed, where.namespace)
    for (kind, name), accessor in values.items():
        with warnings.catch_warnings(action="ignore"):
            getattr(sys.modules["pandas"].api.extensions, f"register_{kind.lower()}_accessor")(name)(accessor)
    return missing
