"""pyplot: changed rcParams, the backend with its settings in a notebook, open figures with their numbers, the current one.

A figure that the namespace reaches comes back with its component: as a variable, or through an Axes or another artist
that a variable (or a list or array in one) holds. Only the way to it is kept here. Other open figures are pickled.
"""
import sys
import weakref

from .kind import lost_text, of_session, shown
from .pack import pack, pack_each, reason, unpack, unpack_each
from .traits import begun, settings_of

restored = weakref.WeakSet()  # figures that came out of items, so that applying twice does not open them twice
INLINE = ("inline", "module://matplotlib_inline.backend_inline")
OF_BACKEND = ("backend", "backend_fallback")  # rcParams that choosing a backend sets


def figure_of(value):
    """The figure that a value is, belongs to, or (of a list or array of artists) whose first artist belongs to."""
    artist = sys.modules["matplotlib.artist"].Artist
    numpy = sys.modules["numpy"]
    if isinstance(value, (list, tuple)) or (isinstance(value, numpy.ndarray) and value.dtype == object):
        for item in value.flat if isinstance(value, numpy.ndarray) else value:
            if isinstance(item, artist):
                value = item
                break
    if not isinstance(value, artist):
        return None
    figure = getattr(value, "figure", None)
    return getattr(figure, "figure", None) or figure


def backend_of(matplotlib):
    """The backend that is used, or will be with the first figure (`is_loaded`); None where nobody chose one."""
    backend = dict.__getitem__(matplotlib.rcParams, "backend")
    chosen = is_loaded() or backend != dict.get(matplotlib.rcParamsOrig, "backend")
    return backend if chosen and isinstance(backend, str) else None


def is_loaded():
    """Whether pyplot has its backend, and has switched on what that wants."""
    return getattr(sys.modules.get("matplotlib.pyplot"), "_backend_mod", None) is not None


def original_rc(matplotlib) -> dict:
    """rcParams as matplotlib starts with them, but for those of the backend."""
    return {key: value for key, value in dict.items(matplotlib.rcParamsOrig) if key not in OF_BACKEND}


def set_by_loading(matplotlib) -> dict:
    """rcParams that pyplot's backend has set as it was loaded: that of notebooks switches on the interactive mode."""
    return {"interactive": (backend_of(matplotlib) or "").lower() in INLINE} if is_loaded() else {}


def inline(shell):
    """The configuration of the inline backend, or None where there is none."""
    return next((holder for holder in getattr(shell, "configurables", ()) if type(holder).__name__ == "InlineBackend"), None)


def capture_inline(where, config) -> dict:
    """What %config and set_matplotlib_formats said: settings, and for each MIME type what draws figures."""
    holder = inline(where.shell)
    if holder is None:
        return {}
    changed = {name: value for name, value in settings_of(holder).items() if value != begun(config, holder, name)}
    printers = {mime: printer for mime, formatter in where.shell.display_formatter.formatters.items()
                for cls, printer in formatter.type_printers.items() if cls is sys.modules["matplotlib.figure"].Figure and not of_session(printer)}
    packed, lost = pack_each(printers, where.namespace, where.names)
    return {"settings": changed, "printers": packed, "lost": lost, "before": getattr(where.shell, "_saved_rcParams", None)}


def apply_inline(where, state) -> dict:
    holder = inline(where.shell)
    if holder is None:
        from matplotlib_inline.config import InlineBackend
        holder = InlineBackend.instance(parent=where.shell)
        holder.shell = where.shell
        where.shell.configurables.append(holder)
    for name, value in state["settings"].items():
        setattr(holder, name, value)
    figure, (printers, lost) = sys.modules["matplotlib.figure"].Figure, unpack_each(state["printers"], where.namespace)
    for mime, formatter in where.shell.display_formatter.formatters.items():
        formatter.pop(figure, None)
        if mime in printers:
            formatter.for_type(figure, printers[mime])
    if state["before"] is not None:
        where.shell._saved_rcParams = state["before"]
    return state["lost"] | lost


def capture_matplotlib(where, config):
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None or not hasattr(matplotlib, "rcParamsOrig"):
        return None
    original = original_rc(matplotlib)
    changed = {key: value for key, value in dict.items(matplotlib.rcParams)
               if key not in OF_BACKEND and repr(value) != repr(original.get(key))}
    backend = backend_of(matplotlib)
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    figures = {number: manager.canvas.figure for number, manager in helpers.Gcf.figs.items()} if helpers else {}
    drawn = capture_inline(where, config) if "matplotlib.figure" in sys.modules else {}
    if not changed and not figures and backend is None and not drawn.get("settings"):
        return None
    by_figure = {}
    if figures:
        for name, value in list(where.namespace.items()):
            if not name.startswith("_"):
                by_figure.setdefault(id(figure_of(value)), name)
    held = {number: by_figure[id(figure)] for number, figure in figures.items() if id(figure) in by_figure}
    packed, lost = pack_each({n: f for n, f in figures.items() if n not in held}, where.namespace, where.names)
    state = {"rc": pack(changed, where.namespace, where.names), "backend": backend, "loaded": is_loaded(), "order": list(figures),
             "held": held, "packed": packed, "lost": lost, "inline": drawn}
    names = [*changed, *(f"InlineBackend.{name}" for name in drawn.get("settings", ())), *(f"figure {number}" for number in figures)]
    return state, shown(names) or f"backend {backend}"


def set_backend(where, backend):
    import matplotlib.pyplot
    if backend.lower() in INLINE and where.shell is not None:
        where.shell.run_line_magic("matplotlib", "inline")
    elif matplotlib.pyplot.get_backend().lower() != backend.lower():
        matplotlib.pyplot.switch_backend(backend)


def open_figures(_shell=None):
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return weakref.WeakSet(manager.canvas.figure for manager in helpers.Gcf.figs.values()) if helpers else ()


def undo_figures(where, before):
    """Closes figures that no variable leads to and that were not open before, without a word to their windows."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return
    held = {id(figure_of(value)) for name, value in list(where.namespace.items()) if not name.startswith("_")}
    for number, manager in list(helpers.Gcf.figs.items()):
        if id(manager.canvas.figure) not in held and manager.canvas.figure not in before:
            del helpers.Gcf.figs[number]


def apply_matplotlib(where, state):
    import matplotlib
    notes = []
    was_loaded = state.get("loaded")  # older stores do not say
    if state["backend"]:
        try:
            if was_loaded is False and not is_loaded():
                dict.__setitem__(matplotlib.rcParams, "backend", state["backend"])
            else:
                set_backend(where, state["backend"])
        except Exception as error:
            notes.append(f"backend {state['backend']}: {reason(error)}")
    if state.get("inline") and where.shell is not None:
        notes.append(lost_text("the drawing of figures as", apply_inline(where, state["inline"])))
    rc = unpack(state["rc"], where.namespace)
    if was_loaded:  # loading a backend sets some
        rc = original_rc(matplotlib) | rc
    dict.update(matplotlib.rcParams, rc)
    if not state["order"]:
        return "; ".join(filter(None, notes))

    import matplotlib.pyplot as pyplot
    gcf = sys.modules["matplotlib._pylab_helpers"].Gcf
    figures = {n: gcf.figs[n].canvas.figure for n in state["packed"] if n in gcf.figs and gcf.figs[n].canvas.figure in restored}
    loaded, lost = unpack_each({n: data for n, data in state["packed"].items() if n not in figures}, where.namespace)
    restored.update(loaded.values())
    figures.update(loaded)
    for number, name in state["held"].items():
        figure = figure_of(where.namespace[name]) if name in where.namespace else None
        if figure is None:
            lost[number] = f"the variable {name} is not there"
        else:
            figures[number] = figure
    # Loading a figure that pyplot had open opens it again, under the next free number.
    managers = {id(manager.canvas.figure): manager for manager in gcf.figs.values()}
    mine = {id(figure) for figure in figures.values()}
    others = [manager for key, manager in managers.items() if key not in mine]
    taken = set(state["order"])
    gcf.figs.clear()
    for manager in others:
        if manager.num in taken:
            manager.num = max(taken) + 1
        taken.add(manager.num)
        gcf._set_new_active_manager(manager)
    for number in state["order"]:  # the last one is the current figure
        if number in figures:
            figure = figures[number]
            manager = managers.get(id(figure)) or pyplot._get_backend_mod().new_figure_manager_given_figure(number, figure)
            manager.num = number
            gcf._set_new_active_manager(manager)
    lost_all = lost_text("figure", {**state["lost"], **lost})
    return "; ".join(note for note in [*notes, lost_all] if note)
