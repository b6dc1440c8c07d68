"""The modules of the process as they were when first seen, for telling what the session has changed in them since.

A module's dictionary is compared with a shallow copy from when the module was first seen; dictionaries whose version tag
did not move since the last look are not looked at. The copies keep replaced attributes of modules alive.
"""
import atexit
import functools
import os
import sys
import weakref

from kernelferry._ferry import ClassWatch, HeldWatch, ModuleWatch, NoCollection

from . import registry
from .kind import is_own
from .reached import Reached
from .spoken import Spoken

ABSENT = object()


class Seen:
    """Modules as they were when first seen, and what of them differed when last looked at."""

    def __init__(self, shell=None):
        namespace = shell.user_ns if shell is not None else sys.modules["__main__"].__dict__
        self.modules, self.classes, self.registries = ModuleWatch(), ClassWatch(namespace), registry.Registries(namespace)
        self.held, self.reached = HeldWatch(), Reached()
        self.exit_functions, self.finalizers = atexit._ncallbacks(), len(weakref.finalize._registry)
        self.before = set(sys.modules)
        self.first = {}       # name -> (module, shallow copy of its dictionary)
        self.changed = {}     # name -> attributes that differ
        self.hashes = {}      # file -> (mtime, size, digest)
        self.spoken = Spoken()
        self.registered = []  # (name of a value that a library was found to hold, the registry that holds it or "")
        self.see()

    def see(self):
        """What has come since is from now on what it was when first seen."""
        with NoCollection():  # the copies alone would start one of all that was just imported, which takes longer than to look at it
            self.look()
            self.registries.look()

    def look(self):
        new = []
        for name, module, dictionary in self.modules.look():
            if is_own(name):
                continue
            if name not in self.first or self.first[name][0] is not module:
                self.first[name] = module, dict(dictionary)
                new.append(name)
                mine = self.classes.see(dictionary)
                self.held.see(dictionary)
                # What was there before the first cell matters only once it differs (session_attributes).
                self.changed[name] = set() if name in self.before else set(mine)
                continue
            first = self.first[name][1]
            self.changed[name] |= {k for k in {**first, **dictionary}
                                   if first.get(k, ABSENT) is not dictionary.get(k, ABSENT)}
        self.registries.watch.see(new, registry.SKIPPED)
        self.modules.settle()


@functools.cache
def standard() -> tuple:
    """Folders of the standard library and of installed packages."""
    import sysconfig  # here: no start of a kernel waits for it
    return tuple(os.path.realpath(sysconfig.get_paths()[k]) + os.sep for k in ("stdlib", "platstdlib", "purelib", "platlib"))


def own_source(module) -> str:
    """A module's source file outside the standard library and site-packages, else ''."""
    file = getattr(module, "__dict__", {}).get("__file__")
    if not isinstance(file, str) or not file.endswith(".py") or "-packages" + os.sep in file:
        return ""
    return "" if file.startswith(standard()) or os.path.realpath(file).startswith(standard()) else file  # Debian's sitecustomize is a link


def source_hash(module, hashes) -> str:
    """Of a module's own_source(), else ''. hashes: Seen.hashes, or {}."""
    if not (file := own_source(module)):
        return ""
    try:
        status = os.stat(file)
        known = hashes.get(file)
        if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
            import hashlib  # here as in standard()
            with open(file, "rb") as source:
                known = hashes[file] = status.st_mtime_ns, status.st_size, hashlib.sha256(source.read()).hexdigest()
        return known[2]
    except OSError:
        return ""
