"""Bytes of one component back to objects. The store has checked the bytes; altered ones lead to an exception."""
import collections
import copy
import dataclasses
import functools
import importlib
import itertools
import linecache
import pickle
import struct
import sys

from kernelferry._ferry import NoCollection, Resolver, apply_set_layout, restore_table
from kernelferry.codec import blob as layout
from kernelferry.codec import scripts
from kernelferry.codec.adapters_files import to_close
from kernelferry.codec.adapters_sqlite import connected
from kernelferry.codec.errors import DecodeError
from kernelferry.codec.iterators import to_advance
from kernelferry.codec.library import held_by


@dataclasses.dataclass
class Decoded:
    """What a blob held. Nothing of it looks into the blob."""
    values: dict  # name -> object
    exports: dict  # pid -> object
    uncovered: bool  # it holds state that no fingerprint covers
    databases: list  # paths of database files to which connections were made


def decode(blob, resolve, namespace: dict, only=None) -> Decoded:
    """The objects of a blob (docs/architecture.md, "serializer/codec").
    Runs user code only where the user's own classes define how they are unpickled. Main thread. `only`: top-level packages;
    a blob that refers to what is of another one is not decoded."""
    names = []
    try:
        parts = layout.Parts(blob)
        names = parts.names
        values, exports = _load(parts, resolve, namespace, only)
        if type(values) is not dict or type(exports) is not dict:
            raise ValueError("the pickle holds something else than values and exports")
    except Exception as exception:
        raise DecodeError(names, exception) from exception
    return Decoded(values, exports, parts.uncovered, list(connected) if only is None else [])


def _load(parts, resolve, namespace, only):
    def find(pid):
        if type(pid) is int or only is not None:
            return resolve(pid)
        return _special(pid, namespace)

    if only is None:
        to_advance.clear()
        to_close.clear()
        connected.clear()
    with NoCollection():  # new containers only: collecting while they are made costs up to ten times the decoding
        constants = [sys.intern(each) if type(each) is str else each for each in pickle.loads(parts.numbers)]
        buffers = (bytearray(view) if copied else view for view, copied in parts.buffers)
        kind = pickle.Unpickler if only is None else functools.partial(_Restricted, only)
        unpickler = kind(_Source(parts.pickle), buffers=buffers)
        unpickler.persistent_load = Resolver(find, constants).persistent_load()
        values, exports, *more = unpickler.load()  # more: layouts, none before layout 2; what had to come last
    for name, text in parts.sources.items():
        linecache.cache.setdefault(name, (len(text), None, text.splitlines(True), name))
    for flat in more[:1]:
        for container, table in zip(flat[::2], flat[1::2]):
            if type(table) is tuple and len(table) == 3:
                settle(container, *table[:2])
            elif type(table) is tuple:
                restore_table(container, *table)
            else:
                apply_set_layout(container, table)
    while only is None and to_advance:
        iterator, steps = to_advance.pop()
        collections.deque(itertools.islice(iterator, steps), 0)
    while only is None and to_close:
        to_close.pop().close()
    return values, exports


def settle(container, members, table):
    """Fills a container anew whose keys' hashes could not be asked for when it was saved: a key that changed after it was put
    in keeps the hash of then. One whose hash goes by its address has another one now, and is to be found by that."""
    keys = members[::2] if isinstance(container, dict) else members
    start = len(table) - 8 * len(keys)
    hashes = list(struct.unpack(f"={len(keys)}q", table[start:]))
    moved = [number for number, key in enumerate(keys) if hash(key) != hashes[number]]
    addressed = [number for number in moved if goes_by_address(keys[number])]
    if isinstance(container, dict):
        if moved != addressed:
            for number in addressed:
                hashes[number] = hash(keys[number])
            restore_table(container, members, table[:start] + struct.pack(f"={len(keys)}q", *hashes))
    elif not addressed:  # else the slots would be others, too
        restore_table(container, members, table)


def goes_by_address(key) -> bool:
    try:
        return hash(copy.deepcopy(key)) != hash(key)
    except Exception:  # a class of the user's may raise anything
        return False


class _Restricted(pickle.Unpickler):
    """Finds what is of some packages, and the codec's own functions for it."""

    OWN = ("kernelferry.codec.adapters_numpy", "kernelferry.codec.adapters_pandas")

    def __init__(self, only, *arguments, **options):
        super().__init__(*arguments, **options)
        self._only = only

    def find_class(self, module, name):
        if (module, name) == (held_by.__module__, held_by.__name__):
            return self._held_by
        return super().find_class(self._allowed(module), name)

    def _held_by(self, module, attribute):
        return held_by(self._allowed(module), attribute)

    def _allowed(self, module):
        if module not in self.OWN and module.partition(".")[0] not in self._only:
            raise pickle.UnpicklingError(f"it refers to {module}")
        return module


def _special(pid, namespace):
    """What pids that are not numbers stand for (Encoding.pickle and .held give them)."""
    if pid == "namespace":
        return namespace
    if pid == "builtins":
        return vars(sys.modules["builtins"])
    if pid == "shell":
        return sys.modules["IPython.core.interactiveshell"].InteractiveShell.instance()
    kind, *rest = pid
    if kind == "vars":
        return vars(importlib.import_module(*rest))
    if kind == "held":
        module, attribute = rest
        found = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        return found
    if kind == "script":
        return scripts.find(*rest)
    raise ValueError(f"unknown reference {pid!r}")


class _Source:
    """A file over a memoryview, without copying it first."""

    def __init__(self, view):
        self._view = view
        self._at = 0

    def read(self, count=-1):
        end = len(self._view) if count < 0 else min(len(self._view), self._at + count)
        part = bytes(self._view[self._at:end])
        self._at = end
        return part

    def readinto(self, target):
        count = min(len(target), len(self._view) - self._at)
        target[:count] = self._view[self._at:self._at + count]
        self._at += count
        return count

    def readline(self):
        raise pickle.UnpicklingError("not a pickle of protocol 5")
