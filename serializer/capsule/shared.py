"""What values of the shell (`Out[3]`, `_`) share with the user's variables, deep inside them: `d["a"]` shown by a cell is that list.

It is written as the way there from a variable, `("d", (("item", "a"),))`, and found again by it once the variable is back.
Only what more holds than the values themselves can be shared: references within them are counted as the collector does,
and where nothing is left over nothing is searched. The search is breadth first, runs no code of the user's, and ends
after MOST objects.
"""
import builtins
import functools
import gc
import itertools
import sys
import types
from collections import Counter, deque

from kernelferry._ferry import Stopped, instance_dict, paths_to

from .held import has_fields
from .kind import give_way, is_a, of_session
from .pack import PLAIN, STRIDE, base_of, entries_of
from .seen import own_source

MOST = 100_000
CODE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
CONTAINERS = (list, dict, set, deque)
OF_FUNCTIONS = ("__defaults__", "__kwdefaults__", "__dict__")  # what may lead from one to an object, beside its cells
STATEFUL = ("array.array", "numpy.random._generator.Generator", "numpy.random.mtrand.RandomState")  # of C, whose instances change and have no fields
KEYS = (str, int, float, bool, bytes, type(None))
# Attributes of classes written in Cython that lead to what is a frame's or an array's alone: its indexes, its memory. Not the blocks of a
# frame: pandas would not know of their other holder, and write to both.
PUBLIC = {"pandas._libs.internals.BlockManager": ("axes",), "pandas._libs.arrays.NDArrayBacked": ("_ndarray",)}


def holders(where) -> Counter:
    """id -> how often the shell itself refers to a value."""
    shell = where.shell
    hook, history = getattr(shell, "displayhook", None), getattr(shell, "history_manager", None)
    held = [value for name, value in list(where.namespace.items()) if name.startswith("_")]
    held += [*shell.user_ns_hidden.values()] if shell is not None else []
    held += [*vars(hook).values()] if hook is not None else []
    held += [*history.output_hist.values()] if history is not None else []
    held.append(getattr(getattr(shell, "last_execution_result", None), "result", None))
    return Counter(map(id, held))


def wanted(met, held) -> set[int]:
    """ids of those mutable objects to which more refer than these objects and the shell do, and of what they reach in turn. Raises Stopped."""
    objects = [*{id(each): each for each in met}.values(), object()]  # to the last one nobody refers but this list
    met.clear()
    known = {id(each) for each in objects}
    inside = Counter()
    for first in range(0, len(objects), STRIDE):
        give_way()
        inside.update(id(other) for each in objects[first:first + STRIDE] for other in referents(each, known))
    counts = [sys.getrefcount(each) for each in objects]
    theirs = {id(value) for kind in set(map(type, objects)) for base in kind.__mro__ if not of_session(base) for value in vars(base).values()}
    left = [each for each, count in zip(objects, counts)
            if count > counts[-1] + inside[id(each)] + held[id(each)] and id(each) not in theirs and is_mutable(each)]
    reached = {id(each): each for each in left}
    while left:
        for other in referents(left.pop(), known):
            if id(other) in known and id(other) not in reached:
                reached[id(other)] = other
                left.append(other)
    return {id(each) for each in reached.values() if is_mutable(each)}


def referents(value, known) -> list:
    """What an object refers to; also through its `__dict__`, of which a copy was met."""
    found = gc.get_referents(value)
    if (array := numpy_array()) is not None and type(value) is array:
        return [value.base]  # which the collector does not see
    if not is_a(value, (dict, list, tuple)):
        found += [part for own in found if type(own) is dict and id(own) not in known for part in gc.get_referents(own)]
    return found


def is_mutable(value) -> bool:
    kind = type(value)
    if issubclass(kind, types.FunctionType):
        return of_session(value)  # it may close over something
    if issubclass(kind, (*CONTAINERS, *untracked())):
        return True
    if hasattr(kind, "__get__") and not of_session(kind):  # a function of Cython, a property
        return False
    return not issubclass(kind, (*CODE, *PLAIN, tuple, frozenset)) and (instance_dict(value) is not None or of_session(kind) or has_state(value))


def has_state(value) -> bool:
    """Whether an object without fields can change: by slots of a class of one's own, or as STATEFUL says. What libraries keep in slots is rarely
    changed, and often there in great numbers."""
    kind = type(value)
    name = type.__dict__["__module__"].__get__(kind)
    return f"{name}.{kind.__qualname__}" in STATEFUL or is_of_ones_own(name) and has_fields(value)


@functools.cache
def is_of_ones_own(module) -> bool:
    return bool(own_source(sys.modules.get(module)))


def untracked() -> tuple:
    """Mutable kinds that the collector does not see."""
    array = numpy_array()
    return (bytearray,) if array is None else (bytearray, array)


def numpy_array():
    return getattr(sys.modules.get("numpy"), "ndarray", None)


class Ways:
    """names_of() of a namespace, and for objects that no name holds the way from one that does, written when it is asked for. roots: the names of the
    objects from which the ways go, where they have others."""

    def __init__(self, names, paths, roots=None):
        self._names, self._paths, self._roots = names, {id(path[-1]): path for path in paths}, roots or names
        self._inside = {}  # id of a container on these paths -> steps_in() of it

    def get(self, key):
        """A name; (name, steps, name of the type); None."""
        if key not in self._paths:
            return self._names.get(key)
        path = self._paths[key]
        steps = steps_of(path, self._inside)
        return None if steps is None else (self._roots[id(path[0])], steps, type(path[-1]).__qualname__)


def paths_from_names(ids, where, past=frozenset()) -> list:
    """To each of the objects of these ids that a variable leads to, of objects; none leads through those whose ids are in `past`. Raises Stopped."""
    loop = getattr(getattr(getattr(where.shell, "kernel", None), "main", None), "loop", None)  # whose callbacks lead to the whole kernel
    apart = {id(where.namespace), id(where.shell), id(loop), id(vars(builtins)), *past}  # exec() puts the builtins into the dict it is given
    values = (where.namespace[name] for name in where.names.values())
    return paths_from([value for value in values if id(value) not in apart and not is_of_library(value)], ids, apart, where)


def paths_from(roots, ids, apart, where) -> list:
    """The same from these objects, past those whose ids are in `apart`."""
    paths = paths_to(ids, roots, apart, where.namespace, (dict, *untracked()), MOST) if ids else []
    if paths is None:
        raise Stopped()
    return paths


def is_of_library(value) -> bool:
    """A module or class that was imported: what it holds (a cache, for one) need not be there when the variable is back."""
    return is_a(value, types.ModuleType) or is_a(value, type) and not of_session(value)


def contents_of(function):
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # nothing was assigned to it yet
            yield None


def steps_of(path, inside):
    """None where a step cannot be written: through a set, or what only C knows. inside: id -> steps_in() of a container; gets those that are on the path."""
    steps = tuple(step_to(child, parent, inside) for parent, child in itertools.pairwise(path))
    return None if None in steps else steps


def steps_in(container) -> dict:
    """id of each object that a dict or sequence holds -> the first step to it."""
    if is_a(container, dict):
        steps = [(id(each), ("item", key) if type(key) in KEYS else ("entry", at)) for at, (key, each) in enumerate(entries_of(container))]
    else:
        steps = [(id(each), ("item", at)) for at, each in enumerate(base_of(container).__iter__(container))]
    return dict(reversed(steps))


def step_to(child, parent, inside):
    if is_a(parent, types.FunctionType):
        if (part := next((name for name in OF_FUNCTIONS if getattr(parent, name) is child), None)) is not None:
            return "part", part
        return next((("cell", at) for at, each in enumerate(contents_of(parent)) if each is child), None)
    if is_a(parent, untracked()):
        return ("base", None) if getattr(parent, "base", None) is child else None
    if is_a(parent, types.MethodType):
        return ("self", None) if parent.__self__ is child else None
    step = None
    if is_a(parent, (dict, list, tuple, deque)):
        if id(parent) not in inside:
            inside[id(parent)] = steps_in(parent)
        step = inside[id(parent)].get(id(child))
    own = instance_dict(parent) if step is None else None
    if own is child:
        return "vars", None
    return step or next((("attribute", name) for name, each in (own or {}).items() if each is child), None) or slot_to(child, parent)


def slot_to(child, parent):
    for cls in type(parent).__mro__:
        own = PUBLIC.get(f"{cls.__module__}.{cls.__name__}", ())
        for name, member in list(vars(cls).items()):
            if type(member) is types.MemberDescriptorType or name in own:
                try:
                    if member.__get__(parent) is child:
                        return "slot", name
                except AttributeError:
                    pass
    return None
