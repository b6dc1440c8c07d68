"""Whether what was replayed shares its classes, functions and constants with everything else as it did.

A fingerprint covers one component. A cell that runs again can make an equal value of another class of the same name, or an
equal constant that is no longer the one another variable holds. So after a resume the pids that a replayed component
needed are held against the objects it refers to now: one object for each pid, and one pid for each object.
"""


def check(loader, look):
    """Marks replayed components that stand apart as different. look: over all names that the loader brought back."""
    found = {tuple(component.key): component for component in look.components}
    back = {key: state for key, state in loader.states.items() if state.back() and key in found}
    if not any(state.way == "replayed" for state in back.values()):
        return
    holders = {}  # pid -> how many of the variables' components have to do with it
    for key in back:
        for pid in _reach(loader, key):
            holders[pid] = holders.get(pid, 0) + 1
    objects = {pid: value for pid, value in loader.objects.items() if holders.get(pid, 0) > 1}
    pids = {id(value): pid for pid, value in objects.items()}
    # What was stored says which object a pid is; then what was replayed is asked.
    for key, state in sorted(back.items(), key=lambda item: item[1].way == "replayed"):
        needs = [look.object(pid) for pid in found[key].needs]
        wanted = _as_many(state.entry.needs, holders, len(needs))
        if state.way != "replayed":
            for pid, value in zip(wanted or (), needs):
                objects.setdefault(pid, value), pids.setdefault(id(value), pid)
        elif wanted is None or any(objects.setdefault(pid, value) is not value or pids.setdefault(id(value), pid) != pid
                                   for pid, value in zip(wanted, needs)):
            _stands_apart(state)
    for key, state in back.items():
        if state.way == "replayed" and state.entry.exports:
            exports = {id(look.object(pid)) for pid in found[key].exports}
            wanted = _as_many(state.entry.exports, holders, len(exports))
            if wanted is None or any(id(objects[pid]) not in exports for pid in wanted if pid in objects):
                _stands_apart(state)


def _reach(loader, key):
    """The pids of the component, and of the functions and classes without a name that it leads to."""
    reached, ahead = set(), [key]
    while ahead:
        entry = loader.states[ahead.pop()].entry
        for pid in {*entry.needs, *entry.exports} - reached:
            reached.add(pid)
            owner = loader.owner.get(pid)
            if owner is not None and owner != key and not loader.states[owner].entry.names:
                ahead.append(owner)
    return reached


def _stands_apart(state):
    state.verified, state.code = False, "differs"
    state.reason = "made again, it no longer shares a class, function or constant with other variables as it did"


def _as_many(pids, holders, count):
    """The pids that a look which found `count` is about: a constant that nobody else holds any more has none."""
    shared = [pid for pid in pids if holders[pid] > 1]
    return next((chosen for chosen in (pids, shared) if len(chosen) == count), None)
