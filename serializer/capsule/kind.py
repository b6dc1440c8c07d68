"""What an item of process state is.

A kind has a name of the closed list in docs/interfaces.md, and three functions beside each other:
  baseline(shell)       what there was before the first cell; any value, kept in this process only
  capture(where, base)  (state, summary) if the session changed it, else None. State: plain values and `bytes` of pack.py
  apply(where, state)   puts it back; returns what could not be, as a sentence, or ""
Some have two more, for cells that run again before it is applied:
  snapshot(shell)       what stands there before they do
  undo(where, before)   takes away what they left beyond that
Nothing is imported merely to look, no code of the user runs, and what a library does not keep a baseline of is compared
with the library's own defaults.
"""
import types
from typing import Any, Callable, NamedTuple

from kernelferry import _ferry


class Where:
    """The session that is looked at: IPython's shell (or None), its namespace, names of its objects (pack.names_of), and
    for a capture what its cells speak of, as the item `modules` has read it; to undo, the words of the cells that ran again."""

    def __init__(self, shell, namespace, names):
        self.shell, self.namespace, self.names = shell, namespace, names
        self.spoken, self.ran = None, frozenset()


class Kind(NamedTuple):
    name: str
    baseline: Callable[[Any], Any]
    capture: Callable[[Where, Any], tuple[Any, str] | None]
    apply: Callable[[Where, Any], str]
    snapshot: Callable[[Any], Any] | None = None
    undo: Callable[[Where, Any], None] | None = None
    prepare: Callable[[Where, Any], str] | None = None  # the part that loading and replaying stand on; no user objects yet


OWN = ("kernelferry", "__main__", "__mp_main__", "_ferry", "builtins")


def is_own(name) -> bool:
    """Whether a module is the engine's, the session's or of builtins: no library."""
    return name.split(".")[0] in OWN


def no_baseline(_shell):
    return None


def shown(names, most=5) -> str:
    names = [str(n) for n in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def lost_text(what: str, lost: dict) -> str:
    return "; ".join(f"{what} {key} is not restored: {why}" for key, why in lost.items())


def is_a(value, kinds) -> bool:
    """isinstance() that asks the type alone: a proxy would answer for what it refers to, which may be gone."""
    return issubclass(type(value), kinds)


def of_session(value) -> bool:
    """Written in the session: a function or class of __main__, or a bound method of one."""
    value = getattr(value, "__func__", value) if is_a(value, types.MethodType) else value
    return is_a(value, (types.FunctionType, type)) and value.__module__ == "__main__"


def code_of(value):
    """Of a function or a method; None of others, which are asked for nothing: they may answer as they like."""
    value = value.__func__ if type(value) is types.MethodType else value
    return value.__code__ if type(value) is types.FunctionType else None


def give_way():
    """Between two parts of a capture. Raises Stopped where a request waits; the capture is then taken anew."""
    if _ferry.stop_asked():
        raise _ferry.Stopped()
