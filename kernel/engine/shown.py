"""What cells showed, for %notebook. IPython keeps all that was ever printed, raised or returned; a session must not carry that.

Kept is what the newest cells showed, as containers and text of its own: the parts of a result may be objects that variables hold. A cell's
reply waits for that, and a plot has millions of numbers: what is plain is copied a list at a time, which takes a tenth of the time of writing JSON.
"""
from json import dumps, loads

MOST = 8 << 20              # characters in all, about
NUMBER = 8                  # characters of a number, about
FEW = 100                   # containers that are copied one by one
ATOMS = {str, int, float, bool, type(None)}


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
                part, length = _copied(part)
            except (TypeError, ValueError, RecursionError):     # no front end got it either
                continue
            size += length
        bundle[kind] = part
    output.bundle = bundle
    return size


def _copied(part):
    """(what JSON makes of it, how many characters)"""
    kind = type(part)
    if kind in ATOMS:
        return part, len(part) if kind is str else NUMBER
    if kind is dict and {str}.issuperset(map(type, part)):
        values, size = _copied(list(part.values()))
        return dict(zip(part, values)), size + len(part) * NUMBER
    if kind is list or kind is tuple:
        kinds = set(map(type, part))
        if kinds <= ATOMS:
            return list(part), len(part) * NUMBER + (sum(len(each) for each in part if type(each) is str) if str in kinds else 0)
        if len(part) <= FEW:
            copies, sizes = zip(*map(_copied, part))
            return list(copies), sum(sizes)
    text = dumps(part)
    return loads(text), len(text)
