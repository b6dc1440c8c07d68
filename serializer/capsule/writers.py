"""Which attributes the code of a library sets by itself, once its objects are made: what stands there may be a cache of its own.

Where no text of a cell says that an attribute was set (its name was computed, or the object came through a variable of a function), this
tells what the session set from what the library did. What a function that cells call does nothing with but to put it there is the session's, too.
"""
import dis
import sys
import types

MADE_BY = {"__init__", "__new__", "__post_init__", "__setstate__", "__set_name__", "__init_subclass__"}
STORES = {dis.opmap[name] for name in ("STORE_ATTR", "STORE_GLOBAL", "DELETE_ATTR", "DELETE_GLOBAL")}
STORE_GLOBAL = dis.opmap["STORE_GLOBAL"]
EXTENDED = dis.opmap["EXTENDED_ARG"]
WRAPPERS = (staticmethod, classmethod)

_known = {}  # module -> (how many names it had, what its functions set)


def is_set(spoken, module, attribute, value) -> bool:
    """Whether the session set an attribute of a library's module, class or object, under a name that no cell spells for it. An instance that a
    library made itself it keeps there for itself."""
    if not spoken.may_set(attribute) or attribute in stored_by(module):
        return False
    return attribute in spoken.attributes or type(value).__module__.partition(".")[0] != module.partition(".")[0]


def is_given(spoken, module, attribute) -> bool:
    """Whether a function of the module that cells speak of puts what it is given there: `global _domain; _domain = domain`."""
    names = getattr(sys.modules.get(module), "__dict__", None)
    return type(names) is dict and any(type(value) is types.FunctionType and value.__globals__ is names and value.__name__ in spoken.words
                                       and attribute in globals_given(value.__code__) for value in list(names.values()))


def globals_given(code):
    """The globals to which code assigns its parameters."""
    operations = list(dis.get_instructions(code)) if STORE_GLOBAL in code.co_code[::2] else ()
    return {then.argval for first, then in zip(operations, operations[1:])
            if then.opname == "STORE_GLOBAL" and first.opname == "LOAD_FAST" and first.argval in code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]}


def stored_by(name) -> frozenset:
    """Attributes and globals that the functions of a module set, but for those that make objects. 0.1 us an instruction, once."""
    names = getattr(sys.modules.get(name), "__dict__", None)
    if type(names) is not dict:
        return frozenset()
    if name not in _known or _known[name][0] != len(names):
        _known[name] = len(names), frozenset(stored for function in functions_of(name, names) for stored in stores(function.__code__))
    return _known[name][1]


def functions_of(name, names):
    values = list(names.values())
    for cls in [value for value in values if isinstance(value, type) and type.__dict__["__module__"].__get__(value) == name]:
        values += [value for attribute, value in list(type.__dict__["__dict__"].__get__(cls).items()) if attribute not in MADE_BY]
    for value in values:
        parts = (value.fget, value.fset, value.fdel) if type(value) is property else (value.__func__ if isinstance(value, WRAPPERS) else value,)
        yield from (part for part in parts if type(part) is types.FunctionType and part.__globals__ is names)


def stores(code):
    extended, raw = 0, code.co_code
    for at in range(0, len(raw), 2):
        operation, argument = raw[at], raw[at + 1] | extended
        extended = argument << 8 if operation == EXTENDED else 0
        if operation in STORES:
            yield code.co_names[argument]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from stores(constant)
