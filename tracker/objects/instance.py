"""The fields of an object as they lie in its `__dict__`, past what its class may answer."""


def fields_of(obj) -> dict:
    return object.__getattribute__(obj, "__dict__")
