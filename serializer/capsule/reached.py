"""What functions of libraries that cells name may change: `PIL.Image.register_extension("PNG", ".mine")` adds to a dict of its module.

The code of such a function is followed for a few calls, by the names that stand in it; where it calls what it is given (`Loader.add_constructor(...)`),
in the classes of libraries that cells name. That says what a call may get to, not what it does: whether
a container was touched, and with what, others have to tell (filled.py).
"""
import collections
import sys
import types

from kernelferry._ferry import instance_dict

from .held import ABSENT, declared, holder_at, spoken_of, way_of
from .kind import give_way, is_a, of_session
from .library_classes import place_of
from .pack import PLAIN
from .writers import done_to_parameters, globals_given

DEEP, MOST = 3, 60  # calls, functions: of one name in a cell
CONTAINERS = (dict, list, set)
CODE = (types.FunctionType, staticmethod, classmethod)


class Reached:
    def __init__(self):
        self._known = {}  # (module, way) -> (the function or class that stands there, its Walk)

    def look(self, where, spoken) -> tuple[set, set]:
        """({(module, way) of each container}, {(module, attribute) of each global to which is assigned what a function is given}). Each name in
        cells is followed once, as long as it means the same. Raises Stopped."""
        walks, classes = [], {}
        for number, (path, namespace) in enumerate(spoken_of(spoken, where.namespace)):
            if number % MOST == 0:
                give_way()
            if (found := self._follow(path, namespace)) is not None:
                walks.append(found[1])
                if is_a(found[0], type):
                    classes[path] = namespace, found[1]
        called = {name for walk in walks for name in walk.called}
        for path, (namespace, walk) in classes.items():
            walks += [found[1] for name in called & walk.members if (found := self._follow(f"{path}.{name}", namespace)) is not None]
        containers = {each for walk in walks for each in walk.containers}
        return {place for each in containers if (place := where_it_stands(*each)) is not None}, {each for walk in walks for each in walk.given}

    def _follow(self, path, namespace):
        """(the function or class of a library that it means, its Walk), or None."""
        place = way_of(path, namespace)
        value, owner, way = meaning(*place) if place is not None else (ABSENT, None, None)
        if not is_a(value, (*CODE, type)) or of_session(value):
            return None
        if place not in self._known or self._known[place][0] is not value:
            give_way()
            self._known[place] = value, Walk(value, owner, way)
        return self._known[place]


def where_it_stands(module, way):
    """The place of an attribute, in the class from which its owner has it; None where no import finds that one."""
    owner, _, name = way.rpartition(".")
    holder = holder_at(module, owner) if owner else None
    if holder is None or not is_a(holder, type) and name in (instance_dict(holder) or ()):
        return module, way
    bases = (holder if is_a(holder, type) else type(holder)).__mro__
    place = next((place_of(base) for base in bases if name in vars(base)), None)
    return place and (place[0], f"{place[1]}.{name}")


def meaning(module, way):
    """(what a way from a module leads to, without any code of its; the class or object that has it; the place of that)"""
    value, before = sys.modules[module], []
    for name in way.split("."):
        if value is ABSENT:
            break
        owner, place = None if is_a(value, types.ModuleType) else value, (module, ".".join(before))
        value = static(value, name)
        before.append(name)
    return value, owner, place


def static(holder, name):
    """An attribute as it stands in a module, a class or an object; or ABSENT."""
    if is_a(holder, types.ModuleType):
        return vars(holder).get(name, ABSENT)
    if not is_a(holder, type):
        fields = instance_dict(holder)
        if fields and name in fields:
            return fields[name]
        holder = type(holder)
    return declared(holder, name)


class Walk:
    """Of one function: what stands nearest is followed first. called: methods of its parameters that it calls; members: all names of a class."""

    def __init__(self, value, owner, place):
        self.containers, self.given, self.called = set(), set(), set()
        self.members = {name for base in value.__mro__ for name in vars(base)} if is_a(value, type) else frozenset()
        self._met, self._next = set(), collections.deque()
        self._call(value, owner, place, 0)
        while self._next:
            self._follow(*self._next.popleft())
        del self._met, self._next

    def _call(self, value, owner, place, deep):
        """owner: the class or object that has it, which stands at that place."""
        if is_a(value, type):
            value, owner, place = vars(value).get("__init__"), value, place_of(value)
        value = value.__func__ if is_a(value, CODE[1:]) else value
        if type(value) is types.FunctionType and deep < DEEP and (value, id(owner)) not in self._met and len(self._met) < MOST:
            self._met.add((value, id(owner)))
            self._next.append((value, owner, place, deep))

    def _follow(self, function, owner, place, deep):
        names, module = names_in(function.__code__), function.__globals__.get("__name__")
        self.given.update((module, name) for name in globals_given(function.__code__))
        if not deep:
            self.called.update(done_to_parameters(function.__code__, "LOAD_METHOD"))
        for name in names:
            part = function.__globals__.get(name, ABSENT)
            if type(part) in CONTAINERS:
                self.containers.add((module, name))
            elif is_a(part, CODE):
                self._call(part, None, None, deep + 1)
            elif part is not ABSENT and type(part) not in PLAIN and not is_a(part, types.ModuleType):
                self._take(part, names, (module, name), deep)  # `Loader.add_constructor(...)`
        if owner is not None and place is not None:
            self._take(owner, names, place, deep)

    def _take(self, owner, names, place, deep):
        for name in names:
            part = static(owner, name)
            if type(part) in CONTAINERS:
                self.containers.add((place[0], f"{place[1]}.{name}"))
            elif is_a(part, CODE):
                self._call(part, owner, place, deep + 1)


def names_in(code) -> set:
    found = set(code.co_names)
    for constant in code.co_consts:
        if is_a(constant, types.CodeType):
            found |= names_in(constant)
    return found
