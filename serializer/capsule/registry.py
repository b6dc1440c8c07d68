"""What the session registered with libraries otherwise than as an attribute: entries of dicts, lists and sets that modules hold.

Functions, classes and instances of the session are found wherever a module, one of its classes or one of its objects keeps
them (`RegistryWatch`), and implementations for functions of functools.singledispatch too. What is not the session's (a map of
colours, a style, an adapter for a type of a library) is found in the registries of TABLES, as what was not there when the module was
first seen; or, where the cell that imported it may have put it there, as what a cell names and an import does not bring.
Handlers of errors in codecs cannot be listed; they are asked for under the words of the cells.
"""
import codecs
import importlib
import sys

from kernelferry._ferry import RegistryWatch

from .pack import pack, reason, unpack

# Modules with registries that other items bring back, or that belong to this process alone.
SKIPPED = {"sys", "builtins", "__main__", "__mp_main__", "kernelferry", "_ferry", "IPython", "ipykernel", "traitlets", "ipywidgets", "comm", "zmq",
           "tornado", "jupyter_client", "jupyter_core", "jedi", "parso", "debugpy", "threading", "_threading_local", "asyncio",
           "multiprocessing.context", "multiprocessing.forkserver", "multiprocessing.heap", "multiprocessing.process",
           "multiprocessing.resource_sharer", "multiprocessing.resource_tracker", "multiprocessing.util", "concurrent", "weakref", "_weakrefset",
           "gc", "linecache", "atexit", "copyreg", "logging", "warnings", "signal", "cloudpickle", "pickle", "_pickle", "typing", "abc", "importlib",
           "_frozen_importlib", "_frozen_importlib_external", "codecs", "os", "inspect", "ast", "code", "contextlib", "contextvars", "ctypes",
           "_ctypes", "prompt_toolkit", "pygments", "nest_asyncio", "matplotlib._pylab_helpers", "joblib", "pydoc", "pdb", "bdb",
           "pydevd", "pydevd_file_utils", "pydevd_plugins", "pydevd_tracing", "_pydevd_bundle", "_pydevd_frame_eval", "_pydevd_sys_monitoring",
           "_pydev_bundle", "pydev_ipython"}  # debugpy's

# module -> paths of the registries in which entries count that are nobody's
TABLES = {
    "matplotlib.cm": ["_colormaps._cmaps"],
    "matplotlib.colors": ["_color_sequences._color_sequences", "_colors_full_map"],
    "matplotlib.style": ["library"],
    "matplotlib.units": ["registry"],
    "matplotlib.scale": ["_scale_mapping"],
    "matplotlib.projections": ["projection_registry._all_projection_types"],
    "sqlite3.dbapi2": ["adapters", "converters"],
    "shutil": ["_ARCHIVE_FORMATS", "_UNPACK_FORMATS"],
    "plotly.io._templates": ["templates._templates"],
    "email.charset": ["CHARSETS", "ALIASES", "CODEC_MAP"],
    "doctest": ["OPTIONFLAGS_BY_NAME"],
    "reprlib": ["aRepr.__dict__"],
}
# The same of lists
LISTS = {"unittest.mock": ["_patch._active_patches"]}
MOST = 1 << 20  # bytes of an entry that is nobody's
LIBRARY_ERRORS = {"strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass"}


def at(module, path):
    """The object at a path of attributes from a loaded module; None where a version of the library has none."""
    found = sys.modules.get(module)
    for part in path:
        found = getattr(found, part, None)
    return found


class Registries:
    """What the session put there, and what each registry of TABLES held when its module was first seen."""

    def __init__(self, namespace):
        self.watch = RegistryWatch(namespace)
        self.first = {}     # (module, path) -> shallow copy
        self.early = set()  # modules that were there before any cell
        self.look()
        self.early.update(module for module, _ in self.first)

    def look(self):
        for module in TABLES.keys() & sys.modules.keys():
            for path in TABLES[module]:
                if (module, path) not in self.first and isinstance(table := at(module, path.split(".")), dict):
                    self.first[module, path] = dict(table)

    def mine(self, local) -> list:
        """[((module, path, kind), key, value)] of what is the session's; local: modules whose state another item keeps."""
        return self.watch.look(SKIPPED.union(local))

    def nobodys(self, words) -> list:
        """The same of TABLES; of kind "absent" what the import itself may have brought."""
        self.look()
        found, built_in = [], at("matplotlib.cm", ["_colormaps", "_builtin_cmaps"]) or ()
        for (module, path), first in self.first.items():
            parts = tuple(path.split("."))
            for key, value in list((at(module, parts) or {}).items()):
                if first.get(key, first) is not value:
                    found.append(((module, parts, "dict"), key, value))
                elif module not in self.early and type(key) is str and key in words and key not in built_in:
                    found.append(((module, parts, "absent"), key, value))
        for module in LISTS.keys() & sys.modules.keys():
            for parts in (tuple(path.split(".")) for path in LISTS[module]):
                found += [((module, parts, "list"), number, item) for number, item in enumerate(at(module, parts) or ())]
        return found


def handlers(spoken) -> dict:
    """Name -> handler of errors that cells gave codecs.register_error."""
    found = {}
    for name in spoken.errors - LIBRARY_ERRORS:
        try:
            found[name] = codecs.lookup_error(name)
        except LookupError:  # a comment spoke of it
            pass
    return found


def capture(where, registries, spoken, local):
    """([(place, packed key and value)], {place in words: why it cannot be kept}, places in words,
    [(value of the session, its place in words)])."""
    mine = registries.mine(local)
    places = {(place, id(key)) for place, key, _ in mine}
    nobodys = [(place, key, value) for place, key, value in registries.nobodys(spoken.words) if ((*place[:2], "dict"), id(key)) not in places]
    entries, lost, told = [], {}, []
    for (place, key, value), most in [*((entry, None) for entry in mine), *((entry, MOST) for entry in nobodys)]:
        words = ".".join((place[0], *place[1]))
        try:
            entries.append((place, pack((key, value), where.namespace, where.names, most)))
        except Exception as error:  # a user's reduction may raise anything
            if place[2] != "absent":
                lost[words] = f"{label(key, value)} ({reason(error)})"
        if place[2] != "absent":
            told.append(words)
    for name, handler in handlers(spoken).items():
        try:
            entries.append((("codecs", (), "error"), pack((name, handler), where.namespace, where.names)))
        except Exception as error:
            lost[f"codecs.{name}"] = f"a handler of errors ({reason(error)})"
        told.append(f"codecs.{name}")
    if spoken.codecs:
        lost["codecs.register"] = "functions that cells registered to search for codecs cannot be seen; register them again"
    values = [(value, ".".join((place[0], *place[1]))) for place, *pair in mine for each in pair
              for value in (each if type(each) in (tuple, list) else [each])]
    return entries, lost, list(dict.fromkeys(told)), values


def label(key, value) -> str:
    """The type of what was registered, as other items tell it."""
    kind = type(key if value is None else value)
    return f"{kind.__module__}.{kind.__qualname__}"


def apply(where, entries) -> dict:
    """Registers again what is not there; {(place in words,): why not}. Safe to repeat."""
    lost = {}
    for (module, path, kind), data in entries:
        try:
            importlib.import_module(module)
            key, value = unpack(data, where.namespace)
            if kind == "error":
                codecs.register_error(key, value)
            else:
                put(at(module, path), kind, key, value)
        except Exception as error:  # a class of the user's may raise anything
            lost[(module, *path)] = reason(error)
    return lost


def put(registry, kind, key, value):
    if registry is None:
        raise LookupError("this version of the library has no such registry")
    if kind == "dispatch":
        if registry.registry.get(key) is not value:
            registry.register(key, value)
    elif kind == "list":
        if not any(item is value for item in registry):
            registry.insert(key, value)
    elif kind == "set":
        registry.add(value)
    elif kind == "dict" or key not in registry:
        registry[key] = value
