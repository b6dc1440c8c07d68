"""Handlers of logging: their lock is free between cells, and a new one is the same. A file that one had opened for writing is
opened again when it writes next, behind what stands there."""
import logging

from kernelferry.codec import classes, instances


def reduce_handler(encoding, handler):
    cls = type(handler)
    if not classes.importable(cls) and instances.reducer_for(cls) is None:
        return NotImplemented  # its author says how
    state = {name: value for name, value in vars(handler).items() if name != "lock"}
    if isinstance(handler, logging.FileHandler) and handler.stream is not None:
        state.update(stream=None, mode=handler.mode.replace("w", "a").replace("x", "a"))
    return make_handler, (cls,), state, None, None, set_handler


def make_handler(cls):
    handler = cls.__new__(cls)
    logging.Handler.createLock(handler)
    return handler


def set_handler(handler, state):
    vars(handler).update(state)
    logging._addHandlerRef(handler)
    if handler.name:
        handler.name = handler.name  # by which logging finds it


ADAPTERS = {"logging.Handler": reduce_handler}
