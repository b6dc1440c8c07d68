"""Magics, save and resume drivers, idle scheduler, reports.

`attach(shell, options)` starts a session under an IPython shell; the engine calls it once, and the session's methods at
the borders of cells (docs/architecture.md).
"""

from .session import Session, attach

__all__ = ["Session", "attach", "fingerprints"]


def fingerprints(shell=None):
    """name -> [fingerprint with the names it shares its objects with, why opaque or ""] of every user variable.

    For tests and for people who want to compare two sessions: equal means equal values, aliasing and identity."""
    from IPython import get_ipython
    from kernelferry import _ferry
    namespace = (shell or get_ipython()).user_ns
    _ferry.ignore_stop(True)
    try:
        look = _ferry.Walker(namespace).look(_ferry.user_names(namespace))
    finally:
        _ferry.ignore_stop(False)
    return {name: [f"{c.fingerprint} {'+'.join(c.names)}", c.opaque] for c in look.components for name in c.names}
