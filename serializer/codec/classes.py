"""Classes of the session, by value: an empty class first, so that everything inside may refer to it, then its names.

Making it runs no code of the user's: not the metaclass's `__new__` or `__init__`, no `__init_subclass__`, no
`__set_name__`; what those did is in the names. Each class object of the session is one class in the blob, whatever it
is called; there is no register by name that could merge two of them.
"""
import abc
import _abc
import importlib
import operator
import sys
import types

from kernelferry._ferry import fill_class, is_by_hand, set_metaclass
from kernelferry.codec import structures

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: made in C, whether on the heap or not
_DICT_OF = type.__dict__["__dict__"].__get__
_MRO_OF = type.__dict__["__mro__"].__get__
_BASES = type.__dict__["__bases__"]


def module_named(name):
    """The module of this name. A package may keep one for later and yet name it as the home of what it holds:
    `numpy.recarray` is of `numpy.rec`, which numpy imports when somebody asks for it."""
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None and isinstance(name, str) and "." in name and name.partition(".")[0] in sys.modules:
        try:
            return importlib.import_module(name)
        except Exception:  # no such module, or one that cannot be imported
            return None
    return module


def importable(cls) -> bool:
    """An import of its module finds this very class. Classes that no import finds and Python did not make go the same
    way, and fail there."""
    if not cls.__flags__ & _HEAP or cls.__flags__ & _IMMUTABLE:
        return True
    name = type.__dict__["__module__"].__get__(cls)
    module = module_named(name)
    if module is None or name == "__main__" or is_by_hand(name):
        return False
    found = module
    for part in cls.__qualname__.split("."):
        try:
            found = vars(found)[part]
        except (KeyError, TypeError):
            return _lazily_found(module, cls)
    return found is cls


def _lazily_found(module, cls) -> bool:
    """Modules with a `__getattr__` of their own; only top-level names, as pickle looks them up."""
    return "<locals>" not in cls.__qualname__ and getattr(module, cls.__qualname__, None) is cls


def reduce_class(encoding, cls):
    if not cls.__flags__ & _HEAP:
        return _reduce_static(cls)
    if importable(cls):
        return NotImplemented
    metaclass = type(cls)
    if _is_array(cls):
        return operator.mul, (cls._type_, cls._length_)
    if structures.is_structure(cls):
        return structures.reduce_structure(cls, set_class)
    if name := _other_name(cls):
        return getattr, (sys.modules[cls.__module__], name)
    if made := encoding.named_tuples.reduce_class(cls):
        return made
    names = dict(_DICT_OF(cls))
    slots = [name for name, value in names.items() if _is_slot(value, cls)]
    own = {name: value for name, value in names.items() if not _is_slot(value, cls)}
    if "__slots__" in names or slots:
        base = cls.__base__  # not by what the class has under these names: dataclass(slots=True) leaves that of the class it replaced
        slots += ["__dict__"] * (cls.__dictoffset__ != 0 == base.__dictoffset__)
        slots += ["__weakref__"] * (cls.__weakrefoffset__ != 0 == base.__weakrefoffset__)
    else:
        slots = None
    registered = None
    if isinstance(cls, abc.ABCMeta) and own.pop("_abc_impl", None) is not None:
        registered = [target for target in (reference() for reference in _abc._get_dump(cls)[0]) if target is not None]
    items = [(name, value) for name, value in own.items() if not _is_own_getset(value, cls)]
    state = (cls.__qualname__, items, list(names), registered)
    bases = cls.__bases__
    return make_class, (metaclass, cls.__name__, bases, slots, names.get("__module__")), state, None, None, set_class


def _other_name(cls):
    """Under which its module holds it, though it calls itself otherwise (`_CacheInfo = namedtuple("CacheInfo", ...)` of functools); None.
    Not of a class that C makes instances of (`_json.make_scanner`): these would be written as if Python had made them."""
    if type(_DICT_OF(cls).get("__new__")) is types.BuiltinFunctionType:
        return None
    name = type.__dict__["__module__"].__get__(cls)
    module = module_named(name)
    if type(module) is not types.ModuleType or name == "__main__" or is_by_hand(name):
        return None
    return next((other for other, value in list(vars(module).items()) if value is cls), None)


def _is_array(cls) -> bool:
    """What ctypes makes of `element * length`, once for each."""
    base = getattr(sys.modules.get("_ctypes"), "Array", None)
    return base is not None and type(cls) is type(base) and cls.__bases__ == (base,) and cls._type_ * cls._length_ is cls


def _is_slot(value, cls) -> bool:
    return type(value) is types.MemberDescriptorType and value.__objclass__ is cls


def _is_own_getset(value, cls) -> bool:
    return type(value) is types.GetSetDescriptorType and value.__objclass__ is cls


def _reduce_static(cls):
    """Types of C. Some are found only through the module `types`."""
    if vars(sys.modules.get(cls.__module__, types)).get(cls.__qualname__) is cls:
        return NotImplemented
    for name, value in vars(types).items():
        if value is cls:
            return getattr, (types, name)
    return NotImplemented


def make_class(metaclass, name, bases, slots, module):
    names = {"__module__": module}
    if slots is not None:
        names["__slots__"] = slots
    if not any("__init_subclass__" in vars(cls) for base in bases for cls in _MRO_OF(base) if cls is not object):
        cls = type.__new__(metaclass, name, bases, names)
    else:
        cls = type.__new__(_quiet(metaclass), name, bases, names)
        set_metaclass(cls, metaclass)
        _BASES.__set__(cls, bases)  # its order of resolution, without _Quiet
    if issubclass(metaclass, abc.ABCMeta):
        _abc._abc_init(cls)
    return cls


class _Quiet:
    """First in the order of resolution while a class is made: keeps `__init_subclass__` of its bases from running. A class of empty
    `__slots__` takes over from whatever stands there that its instances have a `__dict__`, for which they have no place: so this has none either."""

    __slots__ = ()

    def __init_subclass__(cls, **keywords):
        pass


def _quiet(metaclass):
    def mro(cls):
        own, *rest = type.mro(cls)
        return [own, _Quiet, *rest]

    return type.__new__(type(metaclass), metaclass.__name__, (metaclass,), {"mro": mro})


def set_class(cls, state):
    qualname, items, order, registered = state
    type.__dict__["__qualname__"].__set__(cls, qualname)
    fill_class(cls, items, order)
    for subclass in registered or ():
        _abc._abc_register(cls, subclass)


def reduce_descriptor(encoding, descriptor):
    """What a class has for a slot, a `__dict__`, or a member of C; also where another class took it over."""
    return find_descriptor, (descriptor.__objclass__, descriptor.__name__)


def find_descriptor(cls, name):
    return _DICT_OF(cls)[name]


KINDS = {types.GetSetDescriptorType: reduce_descriptor, types.MemberDescriptorType: reduce_descriptor, type: reduce_class, abc.ABCMeta: reduce_class}
