"""Signal handlers. A handler of the session comes back as the function it was."""
import signal

from .kind import Kind, lost_text, of_session, shown
from .pack import pack_each, unpack_each


def handlers(_shell=None):
    return {int(number): signal.getsignal(number) for number in signal.valid_signals()}


def capture_signals(where, base):
    changed = {number: handler for number, handler in handlers().items() if handler is not base.get(number)}
    if not changed:
        return None
    names = shown(signal.Signals(n).name if n in iter(signal.Signals) else n for n in changed)
    return pack_each(changed, where.namespace, where.names), names


def apply_signals(where, state):
    packed, lost = state
    values, missing = unpack_each(packed, where.namespace)
    for number, handler in values.items():
        signal.signal(number, handler)
    return lost_text("handler of signal", {**lost, **missing})


def undo_signals(_where, before):
    """An engine has handlers of its own for interrupts and deadlines, which come and go."""
    for number, handler in handlers().items():
        was = before.get(number)
        if handler is not was and was is not None and (of_session(handler) or number not in (signal.SIGINT, signal.SIGALRM)):
            signal.signal(number, was)


KINDS = [Kind("signals", handlers, capture_signals, apply_signals, handlers, undo_signals)]
