"""Handlers that a library gives its own loggers are its affair: it gives them again when it is imported."""
import json
import logging

from kernelferry.capsule import loggers


class OfLibrary(logging.Handler):
    __module__ = json.__name__ + ".private"


def test_what_a_library_gave_its_own_logger_is_told_from_what_cells_gave_it():
    formatted = logging.StreamHandler()
    formatted.setFormatter(type("Of", (logging.Formatter,), {"__module__": "json"})())
    assert loggers.gives_it_again("json.trace", OfLibrary()) and loggers.gives_it_again("json", formatted)
    assert not loggers.gives_it_again("json", logging.StreamHandler())
    assert not loggers.gives_it_again("other.trace", OfLibrary()) and not loggers.gives_it_again("", OfLibrary())
