"""Options of libraries: numpy, pandas, decimal, warnings. Defaults are the libraries' own."""
import contextlib
import sys
import types

from .kind import Kind, no_baseline, shown
from .pack import pack, unpack

NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
NUMPY_PRINT = {"edgeitems": 3, "threshold": 1000, "precision": 8, "suppress": False, "linewidth": 75, "nanstr": "nan",
               "infstr": "inf", "sign": "-", "formatter": None, "floatmode": "maxprec", "legacy": False}

NUMPY_BUFFER = 8192  # items


def capture_numpy(where, _base):
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):  # still being imported
        return None
    shown_as = {k: v for k, v in numpy.get_printoptions().items() if k in NUMPY_PRINT and NUMPY_PRINT[k] != v}
    errors = {k: v for k, v in numpy.geterr().items() if NUMPY_ERRORS.get(k) != v}
    call, buffer = numpy.geterrcall(), numpy.getbufsize()
    if not shown_as and not errors and call is None and buffer == NUMPY_BUFFER:
        return None
    state = pack((shown_as, errors, call, buffer), where.namespace, where.names)
    return state, shown([*shown_as, *errors] + ["error callback"] * (call is not None) + ["buffer"] * (buffer != NUMPY_BUFFER))


def apply_numpy(where, state):
    import numpy
    shown_as, errors, call, *buffer = unpack(state, where.namespace)  # older stores hold no size of buffers
    numpy.set_printoptions(**shown_as)
    numpy.seterr(**errors)
    numpy.seterrcall(call)
    numpy.setbufsize(*buffer or (NUMPY_BUFFER,))
    return ""


def changed_pandas(config) -> dict:
    """Options that are not their defaults, of the module pandas._config.config."""
    changed = {}
    for key, option in list(config._registered_options.items()):
        root, name = config._get_root(key)
        value = root[name]
        if value is not option.defval and not (type(value) is type(option.defval) and value == option.defval):
            changed[key] = value
    return changed


def capture_pandas(where, _base):
    config = sys.modules.get("pandas._config.config")
    changed = changed_pandas(config) if config is not None else None
    return (pack(changed, where.namespace, where.names), shown(changed)) if changed else None


def apply_pandas(where, state):
    import warnings

    import pandas
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated option warned when the session set it
        for key, value in unpack(state, where.namespace).items():
            pandas.set_option(key, value)
    return ""


CONTEXT = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")


def begun_contexts(decimal) -> dict:
    """Name -> what each context of the module begins as."""
    usual = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
    return {"DefaultContext": decimal.Context(28, "ROUND_HALF_EVEN", -999999, 999999, 1, 0, [], usual),
            "BasicContext": decimal.Context(9, "ROUND_HALF_UP", -999999, 999999, 1, 0, [], [*usual, decimal.Clamped, decimal.Underflow]),
            "ExtendedContext": decimal.Context(9, "ROUND_HALF_EVEN", -999999, 999999, 1, 0, [], [])}


def capture_decimal(_where, _base):
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    contexts = begun_contexts(decimal)
    now, begun = decimal.getcontext(), contexts["DefaultContext"]
    changed = [name for name, first in contexts.items() if repr(getattr(decimal, name)) != repr(first)]
    if repr(now) == repr(begun) and not changed:
        return None
    state = fields_of(now) | {name: fields_of(getattr(decimal, name)) for name in changed}
    return state, shown([f"{name}={state[name]}" for name in CONTEXT if state[name] != getattr(begun, name)] + changed) or "flags"


def fields_of(context) -> dict:
    state = {name: getattr(context, name) for name in CONTEXT}
    for part in ("traps", "flags"):
        state[part] = [signal.__name__ for signal, on in getattr(context, part).items() if on]
    return state


def apply_decimal(_where, state):
    import decimal
    if "default" in state:  # of an older store
        set_fields(decimal.DefaultContext, state["default"])
    for name in begun_contexts(decimal).keys() & state.keys():
        set_fields(getattr(decimal, name), state[name])
    set_fields(decimal.getcontext(), state)
    return ""


def set_fields(context, state):
    for name in CONTEXT:
        setattr(context, name, state[name])
    for part in ("traps", "flags"):
        for signal in getattr(context, part):
            getattr(context, part)[signal] = signal.__name__ in state[part]


def filters(_shell=None):
    warnings = sys.modules.get("warnings")
    return warnings and list(warnings.filters)


def capture_warnings(where, base):
    now, given = filters(), given_warnings()
    changed = now if now != base else None
    if changed is None and not given:
        return None
    told = ([f"{len(now)} filters"] if changed else []) + ([f"{sum(map(len, given.values()))} given already"] if given else [])
    return pack((changed, given), where.namespace, where.names), ", ".join(told)


@contextlib.contextmanager
def same_warnings():
    """What libraries do here to the filters for a while (`catch_warnings`) has no warning given again."""
    before = filters_version()
    try:
        yield
    finally:
        after = filters_version()
        if after != before:
            for registry in _registries(before).values():
                registry["version"] = after


def given_warnings() -> dict:
    """Module -> {(text, category, line): 1} of warnings that were given and are not given again from that line.

    Changing a filter makes all of them be given again; a module's registry with another version is one that nobody reads.
    """
    found = {}
    for name, registry in _registries(filters_version()).items():
        given = {key: value for key, value in registry.items() if value and type(key) is tuple and type(key[0]) is str}
        if given:
            found[name] = given
    return found


def _registries(version) -> dict:
    """Module -> what it has given, of those whose registry is of this version of the filters."""
    found = {}
    for name, module in list(sys.modules.items()):
        if isinstance(module, types.ModuleType):
            registry = types.ModuleType.__getattribute__(module, "__dict__").get("__warningregistry__")  # imports nothing that is lazy
            if isinstance(registry, dict) and registry.get("version") == version:
                found[name] = registry
    return found


class _Asked(Warning):
    """Of what is never shown: it asks the interpreter for its version of the filters."""


def filters_version() -> int:
    """How often the filters have changed. Only the interpreter knows; it writes it into each registry that it looks at."""
    import warnings
    registry, ignored = {}, ("ignore", None, _Asked, None, 0)
    warnings.filters.insert(0, ignored)  # without telling, or that would be a change
    try:
        warnings.warn_explicit("", _Asked, "", 0, registry=registry)
    finally:
        warnings.filters.remove(ignored)
    return registry["version"]


def set_filters(_shell, value):
    import warnings
    warnings.filters[:] = value
    warnings._filters_mutated()


def apply_warnings(where, state):
    value = unpack(state, where.namespace)
    changed, given = value if type(value) is tuple else (value, {})  # an older store holds the filters alone
    if changed is not None:
        set_filters(where.shell, changed)
    version = filters_version()
    for name, registry in given.items():
        module = sys.modules.get(name)
        if module is not None:
            module.__dict__["__warningregistry__"] = {**registry, "version": version}
    return ""


KINDS = [
    Kind("numpy.options", no_baseline, capture_numpy, apply_numpy),
    Kind("pandas.options", no_baseline, capture_pandas, apply_pandas),
    Kind("decimal", no_baseline, capture_decimal, apply_decimal),
    Kind("warnings", filters, capture_warnings, apply_warnings),
]
