"""Functions, code objects and closures of the session, by value.

A function comes back with the live namespace as its globals (the namespace is a pid, see Encoding.pickle), with its own
cells: a cell shared by two closures is one object again. Functions that an import finds go by reference.
"""
import functools
import linecache
import operator
import sys
import types

from kernelferry._ferry import function_parts, is_by_hand
from kernelferry.objects import caches

from . import library
from .classes import module_named


def importable(function) -> bool:
    """An import of its module finds this very function."""
    name = function.__module__
    module = module_named(name)
    if module is None or name == "__main__" or is_by_hand(name):
        return False
    found = module
    for part in function.__qualname__.split("."):
        if part == "<locals>":
            return False
        try:
            found = vars(found)[part]
        except (KeyError, TypeError):
            return False
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
    return found is function


def class_method_of(function):
    """The method of the class where an import finds this function as that of a class method, which the pickler would find instead; else None."""
    holder = module_named(function.__module__)
    *path, name = function.__qualname__.split(".")
    for part in path:
        holder = vars(holder)[part]
    return getattr(holder, name) if path and type(vars(holder)[name]) is classmethod else None


def module_of(namespace: dict):
    """The module whose namespace this is, or None."""
    name = namespace.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module if getattr(module, "__dict__", None) is namespace else None


def reduce_function(encoding, function):
    if importable(function):
        method = class_method_of(function)
        return (operator.attrgetter("__func__"), (method,)) if method else NotImplemented
    if part := encoding.named_tuples.reduce_part(function):
        return part
    if reference := encoding.module_reference and encoding.module_reference(function):
        return library.held_by, tuple(reference)
    scope = function.__globals__
    if scope is not encoding.namespace:
        scope = module_of(scope) or scope
    annotations, attributes = function_parts(function)
    state = (function.__name__, function.__qualname__, function.__module__, function.__doc__, function.__defaults__,
             function.__kwdefaults__, annotations, attributes)
    return make_function, (function.__code__, scope, function.__closure__), state, None, None, set_function


def make_function(code, scope, closure):
    return types.FunctionType(code, vars(scope) if isinstance(scope, types.ModuleType) else scope, None, None, closure)


def set_function(function, state):
    (function.__name__, function.__qualname__, function.__module__, function.__doc__, function.__defaults__,
     function.__kwdefaults__, annotations, attributes) = state
    if annotations is not None:
        function.__annotations__ = annotations
    if attributes is not None:
        function.__dict__ = attributes


def reduce_code(encoding, code):
    source = linecache.cache.get(code.co_filename)
    if source is not None and len(source) == 4 and source[1] is None:  # the text of a cell, in no file
        encoding.sources[code.co_filename] = "".join(source[2])
    return types.CodeType, code_arguments(code)


def code_arguments(code):
    return (
        code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize,
        code.co_flags, code.co_code, code.co_consts, code.co_names, code.co_varnames, code.co_filename, code.co_name,
        code.co_qualname, code.co_firstlineno, code.co_linetable, code.co_exceptiontable, code.co_freevars,
        code.co_cellvars)


def reduce_cell(encoding, cell):
    try:
        contents = cell.cell_contents
    except ValueError:
        return types.CellType, ()
    return types.CellType, (), (contents,), None, None, set_cell


def set_cell(cell, state):
    cell.cell_contents, = state


def reduce_method(encoding, method):
    function, holder = method.__func__, method.__self__
    name = getattr(function, "__name__", "")
    if isinstance(holder, type) and getattr(function, "__module__", "__main__") != "__main__" and getattr(holder, name, None) == method:
        return getattr, (holder, name)  # a class method of a library: its function stands nowhere by its name
    return types.MethodType, (method.__func__, method.__self__)


def reduce_cached(encoding, wrapper):
    """functools.lru_cache: what it remembers lives in C."""
    if caches.importable(wrapper):
        return NotImplemented
    held, entries = caches.remembered(wrapper), wrapper.cache_info().currsize
    if held is None and entries:
        encoding.note(f"{wrapper.__qualname__}: its cache comes back empty ({entries} results are not kept)")
    parameters = wrapper.cache_parameters()
    state = dict(vars(wrapper))
    state.pop("cache_parameters")
    return make_cached, (wrapper.__wrapped__, parameters["maxsize"], parameters["typed"], True), (state, held), None, None, set_cached


def make_cached(function, maxsize, typed, exchangeable=False):
    """exchangeable: what it calls can be another function for a while."""
    return functools.lru_cache(maxsize, typed)(functools.partial(function) if exchangeable else function)


def set_cached(wrapper, state):
    if type(state) is dict:  # of a blob without what it remembered
        wrapper.__dict__.update(state)
        return
    attributes, held = state
    called = wrapper.__wrapped__
    for name in vars(wrapper).keys() - attributes.keys() - {"cache_parameters"}:
        delattr(wrapper, name)
    wrapper.__dict__.update(attributes)
    if held is not None:
        _remember(wrapper, called, *held)


class _Missed(Exception):
    """What is called instead of a function raises it: a call that is counted and not remembered."""


def _remember(wrapper, called, hits, misses, calls):
    """Lets it be called for what it remembers, in that order, and as often as it counted calls; `called`: the partial that it calls."""
    function, results = called.func, iter([])

    def answer(*arguments, **named):
        for result in results:
            return result
        raise _Missed

    called.__setstate__((answer, (), {}, None))
    try:
        for _ in range(misses - len(calls)):
            try:
                wrapper()
            except _Missed:
                pass
        results = iter([result for _, _, result in calls])
        for arguments, named, _ in calls:
            wrapper(*arguments, **named)
        if calls:
            arguments, named, _ = calls[-1]
            for _ in range(hits):
                wrapper(*arguments, **named)
    finally:
        called.__setstate__((function, (), {}, None))
    if wrapper.cache_info()[:2] + (wrapper.cache_info().currsize,) != (hits, misses, len(calls)):
        raise ValueError(f"{wrapper.__qualname__} does not remember what it did")


def reduce_property(encoding, prop):
    return property, (prop.fget, prop.fset, prop.fdel, prop.__doc__)


def reduce_wrapped(encoding, method):
    """classmethod and staticmethod. Their attributes began as copies of the function's, but follow no change of these."""
    if part := encoding.named_tuples.reduce_part(method):
        return part
    return type(method), (method.__func__,), dict(vars(method)), None, None, set_wrapped


def set_wrapped(method, attributes):
    vars(method).clear()
    vars(method).update(attributes)


KINDS = {
    types.FunctionType: reduce_function,
    types.CodeType: reduce_code,
    types.CellType: reduce_cell,
    types.MethodType: reduce_method,
    functools._lru_cache_wrapper: reduce_cached,
    property: reduce_property,
    classmethod: reduce_wrapped,
    staticmethod: reduce_wrapped,
}
