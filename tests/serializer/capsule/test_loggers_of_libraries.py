"""Handlers that a library gives its own loggers are its affair: it gives them again when it is imported. Those of startup files stand beside the session's."""
import json
import logging
import types

from kernelferry.capsule import loggers, spoken


class OfLibrary(logging.Handler):
    __module__ = json.__name__ + ".private"


def test_what_a_library_gave_its_own_logger_is_told_from_what_cells_gave_it():
    formatted = logging.StreamHandler()
    formatted.setFormatter(type("Of", (logging.Formatter,), {"__module__": "json"})())
    assert loggers.gives_it_again("json.trace", OfLibrary()) and loggers.gives_it_again("json", formatted)
    assert not loggers.gives_it_again("json", logging.StreamHandler())
    assert not loggers.gives_it_again("other.trace", OfLibrary()) and not loggers.gives_it_again("", OfLibrary())


class Word:
    """A filter that knows only its own attributes."""

    def __init__(self, word):
        vars(self)["word"] = word

    def __getattr__(self, name):
        raise KeyError(name)

    def filter(self, record):
        return self.word in record.getMessage()


def test_what_cells_gave_a_logger_comes_back_beside_what_was_there_and_is_like_it():
    where, logger = types.SimpleNamespace(names={}, namespace={}, spoken=spoken.Spoken()), logging.getLogger("ferry.test.furnished")
    furnished = logging.Filter("first"), Word("first")
    logger.filters[:], logger.handlers[:] = furnished, [logging.NullHandler()]
    base = loggers.base_logging(None)
    logger.filters += [logging.Filter("mine"), Word("mine"), Word("other")]
    logger.handlers.append(logging.NullHandler())
    state, _ = loggers.capture_logging(where, base)
    del logger.filters[2:], logger.handlers[1:]
    for _twice in range(2):
        assert loggers.apply_logging(where, state) == ""
        assert [each.name if isinstance(each, logging.Filter) else each.word for each in logger.filters] == ["first", "first", "mine", "mine", "other"]
        assert logger.filters[:2] == [*furnished] and len(logger.handlers) == 2
