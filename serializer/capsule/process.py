"""Signal handlers. A handler of the session comes back as the function it was."""
import signal

from .kind import Kind, lost_text, shown
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


KINDS = [Kind("signals", handlers, capture_signals, apply_signals)]
