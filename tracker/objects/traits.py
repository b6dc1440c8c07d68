"""What objects with traits, and parts of plotly's figures, are made of."""
import sys

from kernelferry._ferry import is_by_hand
from kernelferry.objects.instance import fields_of

_NOT_OF_TRAITS = {"_trait_notifiers", "_trait_validators", "_cross_validation_lock"}


def has_traits(obj):
    """An object with traits, and who observes it besides its own class."""
    fields = fields_of(obj)
    yield {name: value for name, value in fields.items() if name not in _NOT_OF_TRAITS}
    for trait, kinds in fields.get("_trait_notifiers", {}).items():
        for kind, functions in kinds.items():
            by_hand = [f for f in functions if not any(base.__qualname__ == "EventHandler" for base in type(f).__mro__)]
            if by_hand:
                yield (trait, kind, by_hand)


def trait(obj):
    """A descriptor of a class with traits. One of a library's class is that class's; its own methods, bound to it, stand in lists of
    each class that inherits it."""
    fields = fields_of(obj)
    cls, name = fields.get("this_class"), fields.get("name")
    if isinstance(cls, type) and _is_imported(cls) and vars(cls).get(name) is obj:
        yield cls, name
    else:
        yield fields


def _is_imported(cls) -> bool:
    """An import of its module finds this very class; asks no `__getattr__`."""
    found = sys.modules.get(cls.__module__)
    if found is None or cls.__module__ == "__main__" or is_by_hand(cls.__module__):
        return False
    for part in cls.__qualname__.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found is cls


def plotly_part(part):
    """A trace or another part of a figure: in a widget with its callbacks and its way to the widget, else what it pickles."""
    root = part
    while "_parent" in (fields := fields_of(root)):
        root = fields["_parent"]
        if root is None:
            break
    if root is None or not any(base.__qualname__ == "BaseFigureWidget" for base in type(root).__mro__):
        return part.__reduce__()
    return type(part), fields_of(part)
