"""Handlers that a library gives its own loggers are its affair: it gives them again when it is imported."""
import json
import logging

from kernelferry.capsule import library


class OfLibrary(logging.Handler):
    __module__ = json.__name__ + ".private"


def test_what_a_library_gave_its_own_logger_is_told_from_what_cells_gave_it():
    formatted = logging.StreamHandler()
    formatted.setFormatter(type("Of", (logging.Formatter,), {"__module__": "json"})())
    assert library.is_of_library("json.trace", OfLibrary()) and library.is_of_library("json", formatted)
    assert not library.is_of_library("json", logging.StreamHandler())
    assert not library.is_of_library("other.trace", OfLibrary()) and not library.is_of_library("", OfLibrary())
