"""Which attributes the code of a library sets by itself, once its objects are made: what stands there may be a cache of its own.

Where no text of a cell says that an attribute was set (its name was computed, or the object came through a variable of a function), this
tells what the session set from what the library did. What a function that cells call does nothing with but to put it there is the session's, too.
"""
import dis
import sys
import types

from kernelferry.objects import stores

MADE_BY = {"__init__", "__new__", "__post_init__", "__setstate__", "__set_name__", "__init_subclass__"}
STORES = (stores.STORE_ATTR, stores.DELETE_ATTR, stores.STORE_GLOBAL, stores.DELETE_GLOBAL)

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
    return done_to_parameters(code, "STORE_GLOBAL")


def done_to_parameters(code, name) -> set:
    """The names in operations of that name that take a parameter of code just loaded."""
    operations = list(dis.get_instructions(code)) if dis.opmap[name] in code.co_code[::2] else ()
    parameters = code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]
    return {then.argval for first, then in zip(operations, operations[1:])
            if then.opname == name and first.opname == "LOAD_FAST" and first.argval in parameters}


def stored_by(name) -> frozenset:
    """Attributes and globals that the functions of a module set, but for those that make objects."""
    module = sys.modules.get(name)
    names = getattr(module, "__dict__", None)
    if type(names) is not dict:
        return frozenset()
    if name not in _known or _known[name][0] != len(names):
        codes = (code for function in stores.functions_of(module, MADE_BY) if function.__globals__ is names for code in stores.nested(function.__code__))
        _known[name] = len(names), frozenset(stored for code in codes for stored in stores.stored(code, STORES))
    return _known[name][1]
