"""What encoding and decoding raise: facts about one component, never about a save."""


class EncodeError(Exception):
    """An object that no encoding carries. `path` leads to it from one of the component's names."""

    def __init__(self, type_name: str, path: str, exception: BaseException):
        super().__init__(type_name, path, exception)
        self.type_name = type_name
        self.path = path
        self.exception = exception

    @property
    def reason(self) -> str:
        """What completes "it cannot be stored (...)"."""
        return f"{self.type_name} at {self.path}: {_words(self.exception)}"

    def __str__(self):
        return f"{self.path}: {self.type_name} cannot be stored ({_words(self.exception)})"


class DecodeError(Exception):
    """A blob that did not come back. `names`: the user's names in it, as far as its header could be read."""

    def __init__(self, names: list[str], exception: BaseException):
        super().__init__(names, exception)
        self.names = names
        self.exception = exception

    def __str__(self):
        return f"{', '.join(self.names) or 'a component without names'}: cannot be loaded ({_words(self.exception)})"


class NotBack(LookupError):
    """What a blob refers to is not there. The text stands for itself, without the name of the class."""


def _words(exception: BaseException) -> str:
    if isinstance(exception, NotBack):
        return str(exception)
    try:
        text = str(exception)
    except Exception:  # an exception class of the user's, whose __str__ fails
        text = ""
    return f"{type(exception).__name__}: {text}" if text else type(exception).__name__


def without_frames(exception: BaseException) -> BaseException:
    """The exception and what led to it without their tracebacks, whose frames would keep the user's objects alive."""
    seen, following = set(), [exception]
    while following:
        one = following.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            following += [one.__cause__, one.__context__]
    return exception
