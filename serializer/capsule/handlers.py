"""Handlers of `logging` that no variable holds: of the plain kinds of the standard library, made again from their settings, and of classes of the
session that hold nothing which something else may hold, too. Which of them a logger has already, since an item may be applied again.
"""
import sys

from .kind import code_of, of_session
from .pack import PLAIN, pack, unpack


def kept_handler(where, handler):
    """Bytes for a handler that a name holds, whose class is the session's, or that its class and a few settings make again; None for others."""
    logging, cls = sys.modules["logging"], type(handler)
    if id(handler) in where.names:
        return pack(handler, where.namespace, where.names)
    if of_session(cls):
        return pack_alone(where, handler)
    if cls is logging.StreamHandler and handler.stream in (sys.stdout, sys.stderr):
        arguments = ("stderr" if handler.stream is sys.stderr else "stdout",)
    elif cls is logging.FileHandler:  # it is opened when it writes, behind what it wrote
        arguments = (handler.baseFilename, handler.mode if handler.stream is None else "a", handler.encoding, True, handler.errors)
    elif cls is logging.NullHandler:
        arguments = ()
    else:
        return None
    state = (cls.__name__, arguments, handler.level, handler.formatter, list(handler.filters), handler.name)
    try:
        return pack(state, where.namespace, where.names)
    except Exception:  # a filter of the user's may be anything
        return None


def pack_alone(where, handler):
    """Bytes for a handler of a class of the session's; None where what it holds may also be what a variable leads to."""
    cls, state = type(handler), {name: value for name, value in vars(handler).items() if name != "lock"}
    parts = [value for name, value in state.items() if name != "filters"] + handler.filters
    if any(getattr(cls, name) is not getattr(object, name) for name in ("__reduce_ex__", "__reduce__", "__getstate__")):
        return None
    if not all(type(part) in PLAIN or id(part) in where.names or of_session(part) or type(part) is sys.modules["logging"].Formatter for part in parts):
        return None
    try:
        return pack((cls, state), where.namespace, where.names)
    except Exception:  # what it holds may be anything of the user's
        return None


def handler_again(where, data):
    import logging
    value = unpack(data, where.namespace)
    if isinstance(value, logging.Handler):
        return value
    if len(value) == 2:  # of a class of the session's
        handler = value[0].__new__(value[0])
        logging.Handler.createLock(handler)
        vars(handler).update(value[1])
        logging._addHandlerRef(handler)
        return handler
    cls, arguments, level, formatter, filters, name = value
    if cls == "StreamHandler":
        arguments = (getattr(sys, arguments[0]),)
    handler = getattr(logging, cls)(*arguments)
    handler.setLevel(level)
    handler.setFormatter(formatter)
    handler.filters[:] = filters
    handler.name = name
    return handler


def set_as(handler, made):
    """The one that is there, as what was made again from settings is; that itself, where it is of another kind."""
    if type(handler) is not type(made) or vars_of(handler)[-2:] != vars_of(made)[-2:]:
        return made
    handler.setLevel(made.level)
    handler.name = made.name
    if vars_of(handler) != vars_of(made):
        handler.setFormatter(made.formatter)
    if list(map(what_it_is, handler.filters)) != list(map(what_it_is, made.filters)):
        handler.filters[:] = made.filters
    return handler


def vars_of(handler):
    """What tells a handler that was made again from others; applying an item twice adds it once."""
    formatter = getattr(handler.formatter, "__dict__", {})
    return (type(handler), handler.level, handler.name, getattr(formatter.get("_style"), "_fmt", None), formatter.get("datefmt"),
            [(name, value) for name, value in vars(handler).items() if type(value) in PLAIN] if of_session(type(handler)) else [],
            getattr(handler, "baseFilename", None), getattr(handler, "stream", None) if not hasattr(handler, "baseFilename") else None)


def what_it_is(given):
    """A filter that no variable holds is made anew whenever the item is applied."""
    return code_of(given) or (type(given), sorted(getattr(given, "__dict__", ())))


def put_in(given, number, value, there, what):
    """Among the handlers or filters of a logger, but for one that was there before; each of `there` counts for one."""
    known = next((at for at, each in enumerate(there) if each is value or what(each) == what(value)), None)
    if known is None:
        given.insert(number, value)
    else:
        del there[known]
