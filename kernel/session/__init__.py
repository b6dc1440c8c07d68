"""Magics, save and resume drivers, idle scheduler, reports.

`attach(shell, options)` starts a session under an IPython shell; the engine calls it once, and the session's methods at
the borders of cells (docs/architecture.md).
"""

from .session import Session, attach

__all__ = ["Session", "attach", "fingerprints"]


def fingerprints(shell=None):
    """name -> [fingerprint, why opaque or "", names it shares its objects with], of every user variable. For tests and
    for people who want to compare two sessions: equal fingerprints mean equal values, aliasing and identity."""
    from IPython import get_ipython
    from kernelferry import _ferry
    namespace = (shell or get_ipython()).user_ns
    _ferry.ignore_stop(True)
    try:
        look = _ferry.Walker(namespace).look(_ferry.user_names(namespace))
    finally:
        _ferry.ignore_stop(False)
    return {name: [c.fingerprint, c.opaque, list(c.names)] for c in look.components for name in c.names}
