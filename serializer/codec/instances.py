"""Instances of session classes, and exceptions.

A class that defines its own pickling is obeyed. Otherwise an instance is its `__dict__`, its slots and what its builtin
base holds; it is made by that base and filled directly, where the default way would call the user's `__new__`,
`__setattr__`, `__getattr__`, `__setitem__` or `__init__` on an object that is not complete.
"""
import collections
import copyreg
import enum
import pathlib
import sys
import types

from kernelferry._ferry import has_fields, instance_dict
from kernelferry.objects.hung import forgotten

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_PROTOCOL = ("__reduce_ex__", "__reduce__", "__getnewargs_ex__", "__getnewargs__", "__getstate__", "__setstate__")
OWN = "own"  # instead of the __dict__ of a dict that is its own __dict__ (`self.__dict__ = self`)
_TOUCHED = ("__new__", "__getattr__", "__getattribute__", "__setattr__", "__class__", "__dict__")


def _defines(cls, names) -> bool:
    """Some class of Python in the order of resolution defines one of the names."""
    return any(name in vars(base) and type(vars(base)[name]) is not types.GetSetDescriptorType  # each class's own __dict__
               for base in type.mro(cls) if base.__flags__ & _HEAP for name in names)


def _builtin_base(cls):
    return next(base for base in type.mro(cls) if not base.__flags__ & _HEAP)


def reducer_for(cls):
    """reduce(encoding, object) for instances of a session class, or None: they are pickled by their own or a library's way."""
    if issubclass(cls, enum.Enum):
        return reduce_member
    if cls in copyreg.dispatch_table or _defines(cls, _PROTOCOL):
        return _reducer_of_base(cls)
    base = next((base for base in type.mro(cls) if base in _CONTENTS), _builtin_base(cls))
    if base is object and not _defines(cls, _TOUCHED):
        return reduce_plain
    if base is not object and base not in _CONTENTS:
        return _reducer_of_base(cls)
    return reduce_instance


# Modules whose classes of Python reduce themselves and forget what a subclass puts into the `__dict__`.
_FORGETFUL = {"collections", "fractions", "ipaddress", "pathlib", "random"}


def _reducer_of_base(cls):
    """For a class that leaves its pickling to a type of C or of these modules, and whose instances have attributes."""
    definer = next(base for base in type.mro(cls) if {"__reduce__", "__reduce_ex__"} & vars(base).keys())
    known = not definer.__flags__ & _HEAP or definer.__module__ in _FORGETFUL
    own = any(name in vars(base) for base in type.mro(cls) if base.__module__ == "__main__" for name in _PROTOCOL)
    if definer.__module__ == "pathlib" and not own:
        return reduce_path
    return reduce_with_attributes if definer is not object and known and cls.__dictoffset__ and not own else None


# Builtin base -> (arguments of its __new__, contents to be filled in later, how to fill them). By the base's own
# methods: those of the class may be overridden.
_CONTENTS = {
    int: (lambda obj: (int.__pos__(obj),), None, None),
    float: (lambda obj: (float.__pos__(obj),), None, None),
    complex: (lambda obj: (complex.__pos__(obj),), None, None),
    str: (lambda obj: (str.__str__(obj),), None, None),
    bytes: (lambda obj: (bytes.__getitem__(obj, slice(None)),), None, None),
    tuple: (lambda obj: (tuple.__getitem__(obj, slice(None)),), None, None),
    frozenset: (lambda obj: (list(frozenset.__iter__(obj)),), None, None),
    list: (None, lambda obj: list.__getitem__(obj, slice(None)), list.extend),
    dict: (None, lambda obj: dict(dict.items(obj)), dict.update),
    set: (None, lambda obj: list(set.__iter__(obj)), set.update),
    bytearray: (None, lambda obj: bytearray.__getitem__(obj, slice(None)), bytearray.extend),
    collections.OrderedDict: (
        None, lambda obj: list(collections.OrderedDict.items(obj)),
        lambda obj, items: [collections.OrderedDict.__setitem__(obj, *item) for item in items]),
    collections.defaultdict: (
        None, lambda obj: (obj.default_factory, dict(dict.items(obj))),
        lambda obj, held: (collections.defaultdict.__init__(obj, held[0]), dict.update(obj, held[1]))),
    collections.deque: (
        None, lambda obj: (list(collections.deque.__iter__(obj)), collections.deque.maxlen.__get__(obj)),
        lambda obj, held: collections.deque.__init__(obj, *held)),
}


def may_be_own_dict(cls) -> bool:
    """A class of Python of a library, whose instances may be their own `__dict__` and are pickled in the default way."""
    return issubclass(cls, dict) and bool(cls.__flags__ & _HEAP) and cls not in copyreg.dispatch_table and not _defines(cls, _PROTOCOL)


def may_share_dict(cls) -> bool:
    """A class of Python of a library that is pickled in the default way, which would copy a `__dict__` that others hold as well."""
    return bool(cls.__flags__ & _HEAP and cls.__dictoffset__ and _builtin_base(cls) is object
                and cls not in copyreg.dispatch_table and not _defines(cls, _PROTOCOL))


def asks_itself(cls) -> bool:
    """A class of a library whose `__getattr__` the default way of unpickling would ask before there is anything to ask for."""
    return _defines(cls, ("__getattr__",))


def _slots(obj) -> list:
    found = []
    for cls in type.mro(type(obj)):
        if cls.__flags__ & _HEAP:
            for name, member in list(vars(cls).items()):
                if type(member) is types.MemberDescriptorType and member.__objclass__ is cls:
                    try:
                        found.append((cls, name, member.__get__(obj)))
                    except AttributeError:
                        pass
    return found


def reduce_instance(encoding, obj):
    cls = type(obj)
    base = next((base for base in type.mro(cls) if base in _CONTENTS), object)
    arguments, contents, _ = _CONTENTS.get(base, (None, None, None))
    attributes = instance_dict(obj)
    if attributes is obj:
        attributes = OWN
    elif _is_shared(attributes):
        attributes = [attributes]  # that very one
    state = (attributes, _slots(obj), contents(obj) if contents else None)
    return make_instance, (base, cls, arguments(obj) if arguments else ()), state, None, None, set_instance


def _is_shared(attributes) -> bool:
    """Whether a `__dict__` has another holder than its object and the two functions that ask."""
    return attributes is not None and sys.getrefcount(attributes) > 4


def reduce_with_attributes(encoding, obj):
    """As the base reduces it, and then its `__dict__` as it is."""
    attributes = instance_dict(obj)
    reduced = obj.__reduce_ex__(5) if attributes else None
    if type(reduced) is not tuple or len(reduced) > 5:
        return NotImplemented
    function, arguments, state, *items = *reduced, *[None] * (5 - len(reduced))
    return function, arguments, (state, attributes), *items, set_with_attributes


def set_with_attributes(obj, parts):
    state, attributes = parts
    set_state(obj, state)
    own = instance_dict(obj)
    own.clear()
    own.update(attributes)


def set_state(obj, state):
    """What the pickler would do with the state that a class's own pickling gives."""
    if state is None:
        return
    if hasattr(obj, "__setstate__"):
        obj.__setstate__(state)
        return
    attributes, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    if attributes:
        instance_dict(obj).update(attributes)
    for name, value in (slots or {}).items():
        setattr(obj, name, value)


def reduce_hung(encoding, obj):
    """As its class has it, and with what cells have hung on it, of which that knows nothing."""
    if not has_fields(obj):
        return NotImplemented
    by_table = copyreg.dispatch_table.get(type(obj))
    reduced = by_table(obj) if by_table else obj.__reduce_ex__(5)
    return with_hung(obj, reduced) if type(reduced) is tuple else reduced


def with_hung(obj, reduced):
    return with_attributes(reduced, forgotten(obj, reduced))


def with_attributes(reduced, attributes: dict):
    """A reduction after whose state the attributes are put into the `__dict__`."""
    if not attributes:
        return reduced
    function, arguments, state, items, pairs, setter = *reduced, *[None] * (6 - len(reduced))
    return function, arguments, (state, setter, attributes), items, pairs, set_hung


def set_hung(obj, parts):
    state, setter, attributes = parts
    (setter or set_state)(obj, state)
    instance_dict(obj).update(attributes)


def reduce_path(encoding, obj):
    """With what it has remembered of itself: its text, its hash."""
    attributes = instance_dict(obj)
    return *obj.__reduce__()[:2], (dict(attributes) if attributes else None, _slots(obj)), None, None, set_path


def set_path(obj, state):
    attributes, slots = state
    for cls, name, value in slots:
        if name == "_hash":  # goes by the seed of the process
            pathlib.PurePath.__hash__(obj)
        else:
            vars(cls)[name].__set__(obj, value)
    if attributes is not None:
        instance_dict(obj).update(attributes)


def reduce_plain(encoding, obj):
    """The pickler's way is the same, and faster, but for a `__dict__` that somebody else holds as well."""
    attributes = instance_dict(obj)
    return reduce_instance(encoding, obj) if _is_shared(attributes) else NotImplemented


def reduce_own_dict(encoding, obj):
    """Of a library's class: only what its own pickling, the default one, would make two objects of."""
    return reduce_instance(encoding, obj) if instance_dict(obj) is obj else NotImplemented


def make_instance(base, cls, arguments):
    return base.__new__(cls, *arguments)


def _set_dict(obj, attributes):
    """Past properties of that name, and whatever `__setattr__` does."""
    for cls in type.mro(type(obj)):
        if type(own := vars(cls).get("__dict__")) is types.GetSetDescriptorType:
            return own.__set__(obj, attributes)
    raise TypeError(f"{type(obj).__qualname__} has no __dict__ that can be exchanged")


def set_instance(obj, state):
    attributes, slots, contents = state
    if attributes == OWN:
        _set_dict(obj, obj)
    elif type(attributes) is list:
        _set_dict(obj, attributes[0])
    elif attributes:
        instance_dict(obj).update({sys.intern(name) if type(name) is str else name: value for name, value in attributes.items()})
    for cls, name, value in slots:
        vars(cls)[name].__set__(obj, value)
    if contents is not None:
        base = next(base for base in type.mro(type(obj)) if base in _CONTENTS)
        _CONTENTS[base][2](obj, contents)


def reduce_member(encoding, member):
    """A member of an enum of the session. Where the class comes along, its members are parts of it; else they are
    looked up in the class."""
    cls = type(member)
    if id(cls) in encoding.foreign:
        return find_member, (cls, member._name_, member._value_)
    base = cls._member_type_
    arguments, _, _ = _CONTENTS.get(base, (None, None, None))
    if arguments:
        arguments = arguments(member)
    elif base is object:
        arguments = ()
    else:
        arguments = base(member._value_).__reduce_ex__(2)[1]
    return make_instance, (base, cls, arguments), (instance_dict(member), [], None), None, None, set_instance


def find_member(cls, name, value):
    found = cls._member_map_.get(name)
    return cls(value) if found is None else found


def reduce_exception(encoding, error):
    """Tracebacks are cut: their frames hold the interpreter. Causes, contexts and notes are kept."""
    cls = type(error)
    if error.__traceback__ is not None:
        encoding.note(f"{cls.__qualname__}: its traceback is not kept")
    chain = (error.__cause__, error.__context__, error.__suppress_context__)
    if cls in copyreg.dispatch_table or _defines(cls, _PROTOCOL):
        reduced = copyreg.dispatch_table[cls](error) if cls in copyreg.dispatch_table else error.__reduce_ex__(5)
        if not isinstance(reduced, tuple) or len(reduced) > 3:
            return reduced
        state = reduced[2] if len(reduced) > 2 else None
        return *reduced[:2], (state, *chain), None, None, set_own_exception
    base = _builtin_base(cls)
    fields = {name: value for name in ("name", "path", "obj")
              if type(vars(base).get(name)) is types.MemberDescriptorType
              and (value := getattr(base, name).__get__(error)) is not None}
    state = (error.args, instance_dict(error), _slots(error), fields, *chain)
    return make_exception, (base, cls, base.__reduce__(error)[1]), state, None, None, set_exception


def make_exception(base, cls, arguments):
    error = base.__new__(cls, *arguments)
    base.__init__(error, *arguments)
    return error


def set_exception(error, state):
    arguments, attributes, slots, fields, *chain = state
    set_instance(error, (attributes, slots, None))
    BaseException.args.__set__(error, arguments)
    base = _builtin_base(type(error))
    for name, value in fields.items():
        getattr(base, name).__set__(error, value)
    _set_chain(error, chain)


def set_own_exception(error, state):
    own, *chain = state
    if own is not None:
        error.__setstate__(own)
    _set_chain(error, chain)


def _set_chain(error, chain):
    cause, context, suppress = chain
    BaseException.__cause__.__set__(error, cause)
    BaseException.__context__.__set__(error, context)
    BaseException.__suppress_context__.__set__(error, suppress)
