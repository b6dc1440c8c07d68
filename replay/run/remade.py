"""A class or function that a replay has made again and that is also stored: the one that the replay made is taken.

A cell that defines a class and makes something of it that cannot be stored runs again for the sake of the latter. What it
makes is then of the new class; a stored form of the class beside it would be another. So where the new one equals the
stored one, it takes its place, with all that others refer to in it: both are walked anew, and as they are equal, what is
met in the same order is the same.
"""

from kernelferry import _ferry


def match(namespace, entry, values, exports):
    """{pid: object of the namespace} for every export of a decoded component; None where what stands there is not equal."""
    live, stored = look(namespace, entry), look({**values, "__name__": "__main__"}, entry)
    if live is None or stored is None:
        return None
    pids = {id(value): pid for pid, value in exports.items()}
    found = {pids.get(id(of_stored)): of_live for of_live, of_stored in zip(live, stored)}
    return found if len(live) == len(stored) and found.keys() == exports.keys() else None


def look(namespace, entry):
    """The exports of the component with these names, in the order of a first walk, if it is what was saved."""
    _ferry.ignore_stop(True)
    try:
        look = _ferry.Walker(namespace).look(sorted(entry.names))
    finally:
        _ferry.ignore_stop(False)
    component = next((c for c in look.components if list(c.names) == list(entry.names)), None)
    if component is None or component.fingerprint != entry.fingerprint:
        return None
    return [look.object(pid) for pid in component.exports]
