"""Scripts and styles of libraries' widgets. anywidget, which plotly's FigureWidget is of, gives each widget a class of its own with
the text of `_esm` and `_css` in it, megabytes for some. One that is the very text that the library's class holds is written as a
reference to that. Where the library's text is another one when it is read, that is what the widget has then, and comparing tells.
"""
import sys

from kernelferry.codec import classes

ATTRIBUTES = ("_esm", "_css")
LEAST = 1024                # characters; a shorter one is written


def known():
    """[(text, the module, the name of its class, the attribute)] of all that was loaded."""
    module = sys.modules.get("anywidget.widget")
    found, waiting = [], [vars(module).get("AnyWidget")] if module is not None else []
    while waiting:
        cls = waiting.pop()
        if isinstance(cls, type) and classes.importable(cls):  # not those of single widgets, nor what is below them
            waiting += type.__subclasses__(cls)
            found += [(text, cls.__module__, cls.__qualname__, name) for name in ATTRIBUTES if (text := _text(vars(cls).get(name))) is not None]
    return found


def _text(value):
    """What anywidget copies, without reading a file anew."""
    text = value if type(value) is str else getattr(value, "__dict__", {}).get("_contents")
    return text if type(text) is str and len(text) >= LEAST else None


def find(module, cls, attribute):
    __import__(module)
    found = sys.modules[module]
    for part in cls.split("."):
        found = vars(found)[part]
    return str(vars(found)[attribute])
