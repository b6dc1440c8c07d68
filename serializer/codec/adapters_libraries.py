"""Kinds of libraries whose own pickling fails, or makes something else of them; and handles that mean nothing in another process."""
import asyncio
import sys

from kernelferry.codec import instances
from kernelferry.codec.adapters_pil import make_draw  # noqa: F401  older stores name it here
from kernelferry.objects.numerics import decimal_contexts, kd_tree


def reduce_plotly(encoding, figure):
    """Made again by its own pickling, which sorts what it checks."""
    if type(figure).__reduce__ is not sys.modules["plotly.basedatatypes"].BaseFigure.__reduce__:
        return NotImplemented
    cls, (properties,) = figure.__reduce__()
    return instances.with_hung(figure, (make_plotly, (cls, properties)))


def make_plotly(cls, properties):
    figure = cls(apart(properties))  # which moves what is in these dicts
    in_order(figure._data, properties.get("data"))
    in_order(figure._layout, properties.get("layout"))
    return figure


def apart(value):
    """Dicts and lists of its own, over the same items."""
    if type(value) is dict:
        return {key: apart(item) for key, item in value.items()}
    return [apart(item) for item in value] if type(value) is list else value


def in_order(now, was):
    """Gives the dicts in `now` the order of those in `was`, where they have the same keys."""
    if type(now) is dict and type(was) is dict and now.keys() == was.keys():
        items = [(key, now[key]) for key in was]
        now.clear()
        now.update(items)
        for key, value in items:
            in_order(value, was[key])
    elif type(now) in (list, tuple) and type(was) in (list, tuple) and len(now) == len(was):
        for each, other in zip(now, was):
            in_order(each, other)


def reduce_plotly_part(encoding, part):
    """A trace or another part of a figure. In a widget it stands as it is, with its callbacks and its way to the widget."""
    root = part.figure
    return instances.reduce_instance(encoding, part) if root is not None and is_plotly_widget(type(root)) else NotImplemented


def is_plotly_widget(cls) -> bool:
    return any(base.__module__ == "plotly.basewidget" and base.__qualname__ == "BaseFigureWidget" for base in cls.__mro__)


def reduce_context(encoding, context):
    """The current one: what it is set to is process state (capsule item `decimal`). Or that of a `localcontext()` beside it."""
    decimal = sys.modules["decimal"]
    kind = type(decimal.localcontext())
    for manager in encoding.values.values():
        if type(manager) is kind and decimal_contexts(manager)[0] is context:
            return context_within, (manager,)
    return (decimal.getcontext, ()) if context is decimal.getcontext() else NotImplemented


def context_within(manager):
    return decimal_contexts(manager)[0]


def reduce_kd_tree(encoding, tree):
    """Its own pickling copies the array that it searches in, which is the session's where that has numbers in order."""
    function, arguments, *_ = tree.__reduce_ex__(2)
    return instances.with_hung(tree, (function, arguments, tuple(kd_tree(tree))))


def reduce_context_manager(encoding, manager):
    """With the fields of the context that it enters, which is one of its own, and whether it has entered that."""
    from decimal import getcontext
    inner, outer = decimal_contexts(manager)
    return make_context_manager, (*inner.__reduce__(), outer, inner is getcontext())


def make_context_manager(kind, fields, outer, entered):
    from decimal import getcontext, localcontext, setcontext
    current = getcontext()
    setcontext(outer)
    try:
        manager = localcontext(kind(*fields))
    finally:
        setcontext(current)
    if entered:
        manager.__enter__()
    return manager


def reduce_loop(encoding, loop):
    """The kernel's own: what runs in it is not its state."""
    return asyncio.get_event_loop, ()


def refuse(encoding, handle):
    raise TypeError(f"a {type(handle).__name__} refers to a cluster that ends with the session")


ADAPTERS = {
    "plotly.basedatatypes.BaseFigure": reduce_plotly,
    "plotly.basedatatypes.BasePlotlyType": reduce_plotly_part,
    # Lists, dicts and sets that tell their owners of each change: filled directly.
    "bokeh.core.property.wrappers.PropertyValueContainer": instances.reduce_instance,
    # Its own pickling forgets whether a fit is to transform a parameter, which a fit changes.
    "statsmodels.discrete.discrete_model.NegativeBinomial": instances.reduce_instance,
    "decimal.Context": reduce_context,
    "decimal.ContextManager": reduce_context_manager,
    "scipy.spatial._ckdtree.cKDTree": reduce_kd_tree,
    "kernelferry.engine.loop.Loop": reduce_loop,
    "distributed.client.Future": refuse,
    "ray._raylet.BaseID": refuse,
    "ray.actor.ActorHandle": refuse,
}
