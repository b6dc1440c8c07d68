"""Options of libraries: numpy, pandas, decimal, warnings, logging. Defaults are the libraries' own."""
import sys

from .kind import Kind, no_baseline, shown
from .pack import pack, unpack

NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
NUMPY_PRINT = {"edgeitems": 3, "threshold": 1000, "precision": 8, "suppress": False, "linewidth": 75, "nanstr": "nan",
               "infstr": "inf", "sign": "-", "formatter": None, "floatmode": "maxprec", "legacy": False}


def capture_numpy(where, _base):
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "geterr"):  # still being imported
        return None
    shown_as = {k: v for k, v in numpy.get_printoptions().items() if k in NUMPY_PRINT and NUMPY_PRINT[k] != v}
    errors = {k: v for k, v in numpy.geterr().items() if NUMPY_ERRORS.get(k) != v}
    call = numpy.geterrcall()
    if not shown_as and not errors and call is None:
        return None
    state = pack((shown_as, errors, call), where.namespace, where.names)
    return state, shown([*shown_as, *errors] + ["error callback"] * (call is not None))


def apply_numpy(where, state):
    import numpy
    shown_as, errors, call = unpack(state, where.namespace)
    numpy.set_printoptions(**shown_as)
    numpy.seterr(**errors)
    numpy.seterrcall(call)
    return ""


def capture_pandas(where, _base):
    config = sys.modules.get("pandas._config.config")
    if config is None:
        return None
    changed = {}
    for key, option in list(config._registered_options.items()):
        root, name = config._get_root(key)
        value = root[name]
        if value is not option.defval and not (type(value) is type(option.defval) and value == option.defval):
            changed[key] = value
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


def capture_decimal(_where, _base):
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    now, base = decimal.getcontext(), decimal.DefaultContext
    if repr(now) == repr(base):
        return None
    state = {name: getattr(now, name) for name in CONTEXT}
    for part in ("traps", "flags"):
        state[part] = [signal.__name__ for signal, on in getattr(now, part).items() if on]
    return state, shown(f"{name}={state[name]}" for name in CONTEXT if state[name] != getattr(base, name)) or "flags"


def apply_decimal(_where, state):
    import decimal
    context = decimal.getcontext()
    for name in CONTEXT:
        setattr(context, name, state[name])
    for part in ("traps", "flags"):
        for signal in getattr(context, part):
            getattr(context, part)[signal] = signal.__name__ in state[part]
    return ""


def filters(_shell=None):
    warnings = sys.modules.get("warnings")
    return warnings and list(warnings.filters)


def capture_warnings(where, base):
    now = filters()
    if now is None or now == base:
        return None
    return pack(now, where.namespace, where.names), f"{len(now)} filters"


def set_filters(_shell, value):
    import warnings
    warnings.filters[:] = value
    warnings._filters_mutated()


def apply_warnings(where, state):
    set_filters(where.shell, unpack(state, where.namespace))
    return ""


def loggers(_shell=None):
    """name -> (level, propagate, disabled, ids of its handlers) of each logger; '' is the root."""
    logging = sys.modules.get("logging")
    if logging is None:
        return {}
    found = {name: logger for name, logger in list(logging.root.manager.loggerDict.items())
             if isinstance(logger, logging.Logger)}
    found[""] = logging.root
    return {name: (logger.level, logger.propagate, logger.disabled, [id(h) for h in logger.handlers])
            for name, logger in found.items()}


def base_logging(_shell):
    logging = sys.modules.get("logging")
    return loggers(), logging and logging.root.manager.disable


def capture_logging(_where, base):
    now, levels, handled = loggers(), {}, []
    for name, (level, propagate, disabled, handlers) in now.items():
        was = base[0].get(name, (0, True, False, []))
        if (level, propagate, disabled) != was[:3]:
            levels[name] = (level, propagate, disabled)
        if set(handlers) - set(was[3]) and name not in sys.modules:  # a library's own logger gets its own handlers
            handled.append(name or "root")
    logging = sys.modules.get("logging")
    disable = logging and logging.root.manager.disable
    if not levels and not handled and disable == base[1]:
        return None
    state = {"levels": levels, "disable": disable, "handled": handled}
    return state, shown([n or "root" for n in levels] + [f"handlers of {n}" for n in handled]) or "disable"


def apply_logging(_where, state):
    import logging
    logging.disable(state["disable"])
    for name, (level, propagate, disabled) in state["levels"].items():
        logger = logging.getLogger(name or None)
        logger.setLevel(level)
        logger.propagate, logger.disabled = propagate, disabled
    return f"handlers added to {', '.join(state['handled'])} are not restored" if state["handled"] else ""


KINDS = [
    Kind("numpy.options", no_baseline, capture_numpy, apply_numpy),
    Kind("pandas.options", no_baseline, capture_pandas, apply_pandas),
    Kind("decimal", no_baseline, capture_decimal, apply_decimal),
    Kind("warnings", filters, capture_warnings, apply_warnings),
    Kind("logging", base_logging, capture_logging, apply_logging),
]
