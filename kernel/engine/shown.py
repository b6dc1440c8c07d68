"""What cells showed, for %notebook. IPython keeps all that was ever printed, raised or returned; a session must not carry that.

Kept is what the newest cells showed, as text of its own: the parts of a result may be objects that variables hold.
"""
from json import dumps, loads

MOST = 8 << 20              # characters in all


class Shown:
    def __init__(self):
        self._sizes = {}    # In[n] -> characters; the oldest first
        self._all = 0

    def over(self, history, count, stored):
        """The cell In[count] is over; stored: it is in the history, where %notebook finds it."""
        self._all -= self._sizes.pop(count, 0)
        if not stored:
            return _drop(history, count)
        size = sum(map(_text_alone, history.outputs.get(count, ())))
        if count in history.exceptions:
            size += sum(map(len, history.exceptions[count]["traceback"]))
        if not size:
            return
        self._sizes[count] = size
        self._all += size
        while self._all > MOST:
            oldest = next(iter(self._sizes))
            self._all -= self._sizes.pop(oldest)
            _drop(history, oldest)


def _drop(history, count):
    history.outputs.pop(count, None)
    history.exceptions.pop(count, None)


def _text_alone(output):
    """The output holds text afterwards -> how much."""
    size, bundle = 0, {}
    for kind, part in output.bundle.items():
        if kind == "stream":
            part = ["".join(part)]              # it was a piece for each write
            size += len(part[0])
        elif isinstance(part, (str, bytes)):
            size += len(part)
        else:
            try:
                text = dumps(part)
            except (TypeError, ValueError):     # no front end got it either
                continue
            part = loads(text)
            size += len(text)
        bundle[kind] = part
    output.bundle = bundle
    return size
