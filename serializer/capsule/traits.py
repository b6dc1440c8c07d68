"""Settings of IPython's configurable objects: what `%config` sets, where it is plain data and not what the object starts with."""
import copy

from traitlets.config.loader import LazyConfigValue

from .pack import PLAIN

ABSENT = object()


def is_plain(value) -> bool:
    if type(value) in (list, tuple, set, frozenset):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return type(value) in PLAIN


def settings_of(holder, without=()) -> dict:
    """trait -> value, in an order in which they can be set."""
    found = {name: getattr(holder, name) for name in sorted(holder.trait_names(config=True)) if name not in without}
    return {name: value if type(value) in PLAIN else copy.deepcopy(value) for name, value in found.items() if is_plain(value)}


def configuration(shell):
    """The user's, as it is now: %config writes into it."""
    return copy.deepcopy(shell.config) if shell is not None else None


def begun(config, holder, name):
    """What a trait starts with: the user's configuration says it, or the class."""
    for cls in type(holder).__mro__:
        value = config[cls.__name__].get(name, ABSENT) if cls.__name__ in config else ABSENT
        if isinstance(value, LazyConfigValue):  # c.X.y.append(...)
            return ABSENT
        if value is not ABSENT:
            return value
    return holder.trait_defaults(name)
