"""The loggers of `logging`: their levels, what is switched off, and the handlers and filters that cells gave them.

A handler that a variable holds comes back as that variable; of others those of handlers.py, and what is none is named. What a library gives its own loggers it gives them again when it is imported: that is
neither kept nor taken away.
"""
import sys

from .handlers import handler_again, kept_handler, put_in, vars_of, what_it_is
from .kind import Kind, shown
from .pack import pack, pack_each, reason, unpack, unpack_each

NEW = 0, True, False, [], []  # a logger when it is made
_furnished = []  # handlers and filters that were there before the first cell; held, so that their ids stay theirs


def loggers(_shell=None):
    """name -> (level, propagate, disabled, ids of its handlers, ids of its filters) of each logger; '' is the root."""
    logging = sys.modules.get("logging")
    if logging is None:
        return {}
    found = {name: logger for name, logger in list(logging.root.manager.loggerDict.items())
             if isinstance(logger, logging.Logger)}
    found[""] = logging.root
    return {name: (logger.level, logger.propagate, logger.disabled, [id(h) for h in logger.handlers], [id(f) for f in logger.filters])
            for name, logger in found.items()}


def warnings_go_to(logging) -> bool:
    """Whether logging.captureWarnings(True) was called."""
    return getattr(logging, "_warnings_showwarning", None) is not None


def base_logging(_shell):
    logging = sys.modules.get("logging")
    _furnished[:] = [each for *_, held, filters in handlers().values() for each in (*held, *filters)]
    return loggers(), logging and logging.root.manager.disable, warnings_go_to(logging), base_attributes()


def gives_it_again(name, handler) -> bool:
    """Whether a library has given the logger of this name its handler, as it does again when it is imported."""
    own = name.partition(".")[0]
    return own in sys.modules and any(type(part).__module__.partition(".")[0] == own for part in (handler, handler.formatter))


def is_of_library(name, given) -> bool:
    """Whether a filter is one that the library of this logger gives it."""
    module = getattr(given, "__module__", None)
    return name != "" and type(module) is str and module.partition(".")[0] == name.partition(".")[0]


def filters_of(where, base) -> tuple[dict, dict]:
    """(logger -> {place: packed filter}, logger -> why one cannot be kept) of what cells gave them."""
    kept, lost = {}, {}
    for name, (*_, addresses) in loggers().items():
        for number, given in enumerate(sys.modules["logging"].getLogger(name or None).filters if addresses else ()):
            if id(given) in base.get(name, NEW)[4] or is_of_library(name, given):
                continue
            try:
                kept.setdefault(name, {})[number] = pack(given, where.namespace, where.names)
            except Exception as error:  # it may be anything of the user's
                lost[name] = reason(error)
    return kept, lost


def attributes_of(where, base) -> dict:
    """(logger, attribute) -> value of what cells hung on loggers; a library may hang something on its own, when cells have to spell it."""
    logging = sys.modules.get("logging")
    found, new = {}, fields_of_new(logging)
    for name in loggers() if where.spoken.attributes or where.spoken.computes else ():
        fields = vars(logging.getLogger(name or None))
        for attribute in fields.keys() - base.get(name, new):
            if where.spoken.may_set(attribute) and (attribute in where.spoken.attributes or not name or name.partition(".")[0] not in sys.modules):
                found[name, attribute] = fields[attribute]
    return found


def fields_of_new(logging) -> set:
    return set(vars(logging.Logger(""))) if logging else set()


def base_attributes() -> dict:
    """Logger -> names of the attributes that it had before the first cell."""
    logging = sys.modules.get("logging")
    new = fields_of_new(logging)
    return {name: new.union(vars(logging.getLogger(name or None))) for name in loggers()}


def capture_logging(where, base):
    now, levels, handlers, lost = loggers(), {}, {}, []
    logging = sys.modules.get("logging")
    for name, (level, propagate, disabled, addresses, _filters) in now.items():
        was = base[0].get(name, NEW)
        if (level, propagate, disabled) != was[:3]:
            levels[name] = (level, propagate, disabled)
        if set(addresses) - set(was[3]) and name not in sys.modules:  # a library's own logger gets its own handlers
            held = logging.getLogger(name or None).handlers
            kept = {number: kept_handler(where, handler) for number, handler in enumerate(held)
                    if id(handler) not in was[3] and not gives_it_again(name, handler)}
            if kept:
                handlers[name] = {number: data for number, data in kept.items() if data is not None}
            lost += [name or "root"] * (None in kept.values())
    disable, captured = logging and logging.root.manager.disable, warnings_go_to(logging)
    filters, lost_filters = filters_of(where, base[0])
    hung = attributes_of(where, base[3])
    if not levels and not handlers and not filters and not lost_filters and not hung and (disable, captured) == base[1:3]:
        return None
    attributes, lost_attributes = pack_each(hung, where.namespace, where.names)
    state = {"levels": levels, "disable": disable, "handled": lost, "handlers": handlers, "captured": captured, "filters": filters, "lost_filters": lost_filters,
             "attributes": attributes, "lost_attributes": lost_attributes}
    told = [n or "root" for n in levels] + [f"handlers of {n or 'root'}" for n in handlers] + [f"filters of {n or 'root'}" for n in {**filters, **lost_filters}]
    told += [f"{name or 'root'}.{attribute}" for name, attribute in hung]
    return state, shown(told) or "disable"


def came_since(given) -> list:
    """Those of them among which one of the session's may be already: startup files give theirs beside it."""
    return [each for each in given if all(each is not one for one in _furnished)]


def apply_logging(where, state):
    import logging
    logging.disable(state["disable"])
    logging.captureWarnings(state.get("captured", False))
    for name, (level, propagate, disabled) in state["levels"].items():
        logger = logging.getLogger(name or None)
        logger.setLevel(level)
        logger.propagate, logger.disabled = propagate, disabled
    lost = set(state["handled"])
    for name, packed in state.get("handlers", {}).items():
        logger = logging.getLogger(name or None)
        there = came_since(logger.handlers)
        for number, data in packed.items():
            try:
                handler = handler_again(where, data)
            except Exception:  # the variable did not come back; a formatter or filter of the user's may raise anything
                lost.add(name or "root")
                continue
            put_in(logger.handlers, number, handler, there, vars_of)
    notes = [f"handlers added to {', '.join(sorted(lost))} are not restored"] if lost else []
    values, missing = unpack_each(state.get("attributes", {}), where.namespace)
    for (name, attribute), value in values.items():
        setattr(logging.getLogger(name or None), attribute, value)
    missing |= state.get("lost_attributes", {})
    notes += [f"{attribute} of {name or 'root'} is not restored: {why}" for (name, attribute), why in missing.items()]
    return "; ".join(notes + [f"a filter added to {name or 'root'} is not restored: {why}" for name, why in apply_filters(where, state).items()])


def apply_filters(where, state) -> dict:
    """Logger -> why a filter of its is not back."""
    import logging
    lost = dict(state.get("lost_filters", {}))
    for name, packed in state.get("filters", {}).items():
        given = logging.getLogger(name or None).filters
        there = came_since(given)
        for number, data in packed.items():
            try:
                value = unpack(data, where.namespace)
            except Exception as error:  # the variable did not come back
                lost[name] = reason(error)
                continue
            put_in(given, number, value, there, what_it_is)
    return lost


def handlers(_shell=None):
    """name -> (level, propagate, disabled, its handlers, its filters) of each logger."""
    logging = sys.modules.get("logging")
    return {name: (*settings[:3], list(logger.handlers), list(logger.filters)) for name, settings in loggers().items()
            for logger in [logging.getLogger(name or None)]}


def undo_logging(_where, before):
    """Loggers of libraries stay as their import furnished them."""
    for name, (*now, held, filters) in handlers().items():
        if name and name.partition(".")[0] in sys.modules:
            continue
        *was, known, known_filters = before.get(name, NEW)
        logger = sys.modules["logging"].getLogger(name or None)
        if now != was:
            logger.setLevel(was[0])
            logger.propagate, logger.disabled = was[1:]
        for handler in held:
            if all(handler is not one for one in known) and not gives_it_again(name, handler):
                logger.removeHandler(handler)
        logger.filters[:] = [each for each in filters if any(each is one for one in known_filters)]


KINDS = [Kind("logging", base_logging, capture_logging, apply_logging, handlers, undo_logging)]
