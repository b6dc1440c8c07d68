"""What cells that ran again left in modules and classes of libraries, and that a later cell of the session had undone.

A copy of all their dictionaries, and of the dicts, lists and sets that they hold, is taken before the first cell runs again
(0.1 s with pandas, scikit-learn and matplotlib, and only then). What differs afterwards is put back where its value is the session's, or where the cells that ran
speak its name; the rest are caches and lazy imports of libraries. What stands where the session had it at last is set by
the item `modules`, which comes after.
"""
import copyreg
import gc
import sys
import types

from .kind import is_a, of_session

ABSENT = object()
SKIPPED = {"kernelferry", "_ferry", "__main__", "__mp_main__", "builtins", "IPython"}  # other items bring these back, or they are the engine's
CONTAINERS = (dict, list, set)
MOST = 4096  # entries of a container that is copied
HEAP_TYPE, IMMUTABLE_TYPE = 1 << 9, 1 << 8  # Py_TPFLAGS


def classes():
    """The classes of libraries that can be changed."""
    found, left = {}, [object]
    while left:
        cls = left.pop()
        for each in type.__subclasses__(cls):
            if id(each) not in found:
                found[id(each)] = each
                left.append(each)
    return [cls for cls in found.values() if cls.__flags__ & HEAP_TYPE and not cls.__flags__ & IMMUTABLE_TYPE and not of_session(cls)]


def snapshot(_shell=None):
    """([(holder, its attributes)], [(container, copy)], functions of functools.singledispatch)"""
    modules = [module for name, module in list(sys.modules.items())
               if is_a(module, types.ModuleType) and name.partition(".")[0] not in SKIPPED]
    holders = [(holder, dict(vars(holder))) for holder in [*modules, *classes()]]
    containers = {id(value): value for _, attributes in holders for name, value in attributes.items()
                  if type(value) in CONTAINERS and len(value) <= MOST and not name.startswith("__")}
    containers[id(copyreg.dispatch_table)] = copyreg.dispatch_table
    dispatchers = [value for _, attributes in holders for value in attributes.values()
                   if type(value) is types.FunctionType and type(getattr(value, "registry", None)) is types.MappingProxyType]
    containers.update({id(table): table for table in (gc.get_referents(each.registry)[0] for each in dispatchers)})
    return holders, [(container, container.copy()) for container in containers.values()], dispatchers


def undo(where, before):
    holders, containers, dispatchers = before
    for holder, was in holders:
        now = vars(holder)
        for name in [name for name in {**was, **now} if was.get(name, ABSENT) is not now.get(name, ABSENT)]:
            if type(name) is not str or name.startswith("__") or not is_left(where, name, was.get(name, ABSENT), now.get(name, ABSENT)):
                continue
            if name in was:
                setattr(holder, name, was[name])
            else:
                delattr(holder, name)
    for container, was in containers:
        if type(container) is dict:
            for key in [key for key, value in container.items() if was.get(key, ABSENT) is not value and (is_mine(where, key) or is_mine(where, value))]:
                if key in was:
                    container[key] = was[key]
                else:
                    del container[key]
        elif len(container) != len(was):
            left = [each for each in container if is_mine(where, each) and not any(each is one for one in was)]
            for each in left:
                container.remove(each)
    for dispatcher in dispatchers:
        dispatcher._clear_cache()


def is_left(where, name, was, now) -> bool:
    if is_a(was, types.ModuleType) or is_a(now, types.ModuleType):
        return False
    return is_mine(where, now) or name in where.ran


def is_mine(where, value) -> bool:
    return of_session(value) or of_session(type(value))
