"""Objects with traits (traitlets; widgets are such): pickling leaves out who observes them. What a class declares is
registered again when an object is made; what was registered by hand is the session's, and comes back in its order."""
import copyreg

from kernelferry.codec import adapters_libraries, classes, instances


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
    function, arguments, state, *rest = _reduction(value)
    by_hand = handlers(object.__getattribute__(value, "__dict__"))
    if not by_hand or rest and any(item is not None for item in rest):
        return function, arguments, state, *rest
    return function, arguments, (state, by_hand), None, None, restore


def _reduction(value):
    """Its own; but plotly's widgets have that of a figure, which leaves the widget out."""
    if adapters_libraries.is_plotly_widget(type(value)):
        return copyreg.__newobj__, (type(value),), value.__getstate__()
    return value.__reduce_ex__(5)


def restore(value, state):
    state, by_hand = state
    value.__setstate__(state)
    for trait, kind, functions in by_hand:
        known = value._trait_notifiers.setdefault(trait, {}).setdefault(kind, [])
        known.extend(function for function in functions if function not in known)


def reduce_descriptor(encoding, descriptor):
    """A trait that a library's class declares: classes of the session that inherit it list it by methods bound to it."""
    fields = vars(descriptor)
    cls, name = fields.get("this_class"), fields.get("name")
    if isinstance(cls, type) and classes.importable(cls) and vars(cls).get(name) is descriptor:
        return classes.find_descriptor, (cls, name)
    reduce = instances.reducer_for(type(descriptor)) if not classes.importable(type(descriptor)) else None
    return reduce(encoding, descriptor) if reduce is not None else descriptor.__reduce_ex__(5)


ADAPTERS = {"traitlets.traitlets.HasTraits": reduce_traits, "traitlets.traitlets.BaseDescriptor": reduce_descriptor,
            "plotly.basewidget.BaseFigureWidget": reduce_traits}
