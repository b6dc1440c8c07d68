"""The parts of a process that a cell meets (scene.py): for each, how it is read, and how it is made what it was.

They are read before every cell. So what costs more than a microsecond to read is read anew only where something cheaper tells
that it moved: the version tag of a dictionary, the identity of what a context variable holds, a text.
"""
import os
import re
import sys
import warnings
from typing import Any, Callable, NamedTuple

from kernelferry._ferry import version_of

from .figure import OF_BACKEND, original_rc, set_by_loading
from .library import CONTEXT, NUMPY_ERRORS, NUMPY_PRINT, apply_decimal, changed_pandas, filters, set_filters
from .place import OURS, SECRET, apply_cwd, apply_locale, apply_path, apply_timezone, locales, zone


class Part(NamedTuple):
    """get(shell): a value that compares and pickles, None while its library is not loaded. put(shell, value): makes it so."""

    get: Callable[[Any], Any]
    put: Callable[[Any, Any], None]
    default: Any = None  # what a library starts with, where it was not loaded when the process started
    keep: Callable[[Any, Any], Any] = lambda value, _start: value  # what is written of it
    take: Callable[[Any, Any], Any] = lambda kept, _start: kept  # and the value that this means here


def put_environ(_shell, value):
    """But for what is not written of it: it stays as it is."""
    for name in {*os.environ, *value}:
        if re.match(OURS, name) or re.search(SECRET, name) or os.environ.get(name) == value.get(name):
            continue
        if name in value:
            os.environ[name] = value[name]
        else:
            del os.environ[name]


class Environ:
    """os.environ, copied only when it moved. What is written is what differs from the start."""

    raw, copy = None, None

    def get(self, _shell):
        now = os.environ._data
        if now != self.raw:
            self.raw, self.copy = dict(now), dict(os.environ)
        return self.copy


def keep_environ(value, start):
    changed = {name: text for name, text in value.items() if start.get(name) != text and not re.match(OURS, name) and not re.search(SECRET, name)}
    return changed, sorted(name for name in start if name not in value and not re.match(OURS, name))


def take_environ(kept, start):
    return {name: text for name, text in {**start, **kept[0]}.items() if name not in kept[1]}


def put_timezone(_shell, value):
    apply_timezone(None, {"TZ": value[0], "set": True})


def get_limits(_shell):
    return sys.getrecursionlimit(), sys.get_int_max_str_digits()


def put_limits(_shell, value):
    sys.setrecursionlimit(value[0])
    sys.set_int_max_str_digits(value[1])


def get_flags(shell):
    return shell.compile.flags if shell is not None else 0


def put_flags(shell, value):
    if shell is not None:
        shell.compile.flags = value


class Numpy:
    """Both kinds of options are made anew when one is set, and kept in context variables; so a look need only compare what they hold."""

    held, value = None, None

    def get(self, _shell):
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "get_printoptions"):  # still being imported
            return None
        held = self._held()
        if held is None or self.held is None or any(one is not other for one, other in zip(held, self.held)):
            shown = numpy.get_printoptions()
            self.held, self.value = held, (numpy.geterr(), {name: shown[name] for name in NUMPY_PRINT if name in shown})
        return self.value

    @staticmethod
    def _held():
        """None in a numpy that keeps them elsewhere."""
        shown, errors = sys.modules.get("numpy._core.printoptions"), sys.modules.get("numpy._core._multiarray_umath")
        try:
            return shown.format_options.get(), errors._extobj_contextvar.get()
        except (AttributeError, LookupError):
            return None


def put_numpy(_shell, value):
    import numpy
    numpy.seterr(**value[0])
    numpy.set_printoptions(**value[1])


class Decimal:
    text, value = None, None

    def get(self, _shell):
        decimal = sys.modules.get("decimal")
        if decimal is None:
            return None
        context = decimal.getcontext()
        text = repr(context)  # of all that follows, and ten times quicker
        if text != self.text:
            signals = [[signal.__name__ for signal, on in getattr(context, part).items() if on] for part in ("traps", "flags")]
            self.text, self.value = text, ([getattr(context, name) for name in CONTEXT], signals)
        return self.value


def put_decimal(_shell, value):
    fields, (traps, flags) = value
    apply_decimal(None, dict(zip(CONTEXT, fields), traps=traps, flags=flags))


class Tagged:
    """A dictionary of a library, or a tree of them, read anew only when the version tag of one has moved."""

    def __init__(self, root, read):
        self.root, self.read = root, read
        self.dictionaries, self.tags, self.value = (), None, None

    def get(self, _shell):
        root = self.root()
        if root is None:
            return None
        tags = [version_of(dictionary) for dictionary in self.dictionaries]
        if tags != self.tags or self.dictionaries[0] is not root:
            self.dictionaries = list(tree(root))
            self.tags, self.value = [version_of(dictionary) for dictionary in self.dictionaries], self.read(root)
        return self.value


def tree(dictionary):
    yield dictionary
    for value in dict.values(dictionary):
        if type(value) is dict:
            yield from tree(value)


def pandas_root():
    config = sys.modules.get("pandas._config.config")
    return getattr(config, "_global_config", None)


def read_pandas(_root):
    return changed_pandas(sys.modules["pandas._config.config"])


def put_pandas(_shell, value):
    import pandas
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated options warn
        for key in read_pandas(None).keys() - value.keys():
            pandas.reset_option(f"^{key}$")
        for key, option in value.items():
            pandas.set_option(key, option)


def rc_root():
    matplotlib = sys.modules.get("matplotlib")
    return matplotlib.__dict__.get("rcParams") if matplotlib is not None and "rcParamsOrig" in matplotlib.__dict__ else None


def read_rc(root):
    original, loading = original_rc(sys.modules["matplotlib"]), set_by_loading(sys.modules["matplotlib"])
    return {key: value for key, value in dict.items(root) if key not in OF_BACKEND and (original.get(key) != value or key in loading)}


def put_rc(_shell, value):
    """A cell that met no backend yet may have loaded it: what that set stays."""
    import matplotlib
    dict.update(matplotlib.rcParams, original_rc(matplotlib) | set_by_loading(matplotlib) | value)


CONTEXT_DEFAULT = ([28, "ROUND_HALF_EVEN", -999999, 999999, 1, 0], [["InvalidOperation", "DivisionByZero", "Overflow"], []])
_environ = Environ()
PARTS = {
    "cwd": Part(lambda _shell: os.getcwd(), apply_cwd),
    "environ": Part(_environ.get, put_environ, keep=keep_environ, take=take_environ),
    "sys.path": Part(lambda _shell: list(sys.path), apply_path),
    "timezone": Part(zone, put_timezone),
    "locale": Part(locales, apply_locale),
    "limits": Part(get_limits, put_limits),
    "warnings": Part(filters, set_filters),
    "future": Part(get_flags, put_flags),
    "numpy.options": Part(Numpy().get, put_numpy, (NUMPY_ERRORS, NUMPY_PRINT)),
    "decimal": Part(Decimal().get, put_decimal, CONTEXT_DEFAULT),
    "pandas.options": Part(Tagged(pandas_root, read_pandas).get, put_pandas, {}),
    "matplotlib": Part(Tagged(rc_root, read_rc).get, put_rc, {}),
}
