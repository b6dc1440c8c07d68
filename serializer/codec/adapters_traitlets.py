"""Objects with traits (traitlets; widgets are such): pickling leaves out who observes them. What a class declares is
registered again when an object is made; what was registered by hand is the session's, and comes back in its order."""
from kernelferry.codec import classes, instances


def handlers(fields):
    """[(trait, kind of change, [callables that were registered by hand])] of an object's __dict__."""
    found = []
    for trait, kinds in fields.get("_trait_notifiers", {}).items():
        for kind, functions in kinds.items():
            by_hand = [function for function in functions if not _declared(function)]
            if by_hand:
                found.append((trait, kind, by_hand))
    return found


def _declared(function):
    return any(base.__module__ == "traitlets.traitlets" and base.__qualname__ == "EventHandler" for base in type(function).__mro__)


def reduce_traits(encoding, value):
    if not classes.importable(type(value)) and (reduce := instances.reducer_for(type(value))) is not None:
        return reduce(encoding, value)
    function, arguments, state, *rest = value.__reduce_ex__(5)
    by_hand = handlers(object.__getattribute__(value, "__dict__"))
    if not by_hand or rest and any(item is not None for item in rest):
        return function, arguments, state, *rest
    return function, arguments, (state, by_hand), None, None, restore


def restore(value, state):
    state, by_hand = state
    value.__setstate__(state)
    for trait, kind, functions in by_hand:
        known = value._trait_notifiers.setdefault(trait, {}).setdefault(kind, [])
        known.extend(function for function in functions if function not in known)


ADAPTERS = {"traitlets.traitlets.HasTraits": reduce_traits}
