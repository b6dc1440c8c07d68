"""Whether what was replayed shares its classes, functions and constants with everything else as it did.

A fingerprint covers one component. A cell that runs again can make an equal value of another class of the same name, or an
equal constant that is no longer the one another variable holds. So after a resume the pids that a replayed component
needed are held against the objects it refers to now: one object for each pid, and one pid for each object. Functions
and classes without a name of their own are followed to what they need in turn.
"""


def check(loader, look):
    """Marks replayed components that stand apart as different. look: over all names that the loader brought back."""
    Sharing(loader, look).check()


def _made_again(state):
    return state.way == "replayed" or state.made_again


class Sharing:
    def __init__(self, loader, look):
        self.loader, self.look = loader, look
        self.found = {tuple(component.key): component for component in look.components}
        self.exporter = {pid: component for component in look.components for pid in component.exports}
        self.back = {key: state for key, state in loader.states.items() if state.back() and key in self.found}
        self.holders = {}  # pid -> how many of the variables' components have to do with it
        for key in self.back:
            for pid in self._reach(key):
                self.holders[pid] = self.holders.get(pid, 0) + 1
        self.objects = {pid: value for pid, value in loader.objects.items() if self.holders.get(pid, 0) > 1}
        self.pids = {id(value): pid for pid, value in self.objects.items()}

    def check(self):
        # What was stored says which object a pid is; then what was replayed is asked.
        for key, state in sorted(self.back.items(), key=lambda item: _made_again(item[1])):
            pairs = self._pairs(state.entry, self.found[key])
            if not _made_again(state):
                for pid, value in pairs or ():
                    self._agree(pid, value)
            elif pairs is None or not all([self._agree(pid, value) for pid, value in pairs]):
                self._stands_apart(state)
        for key, state in self.back.items():
            if _made_again(state) and state.entry.exports:
                exports = {id(self.look.object(pid)) for pid in self.found[key].exports}
                wanted = self._as_many(state.entry.exports, len(exports))
                if wanted is None or any(id(self.objects[pid]) not in exports for pid in wanted if pid in self.objects):
                    self._stands_apart(state)

    def _reach(self, key):
        """The pids of the component, and of the functions and classes without a name that it leads to."""
        reached, ahead = set(), [key]
        while ahead:
            entry = self.loader.states[ahead.pop()].entry
            for pid in {*entry.needs, *entry.exports} - reached:
                reached.add(pid)
                owner = self._nameless_owner(pid)
                if owner is not None and owner != key:
                    ahead.append(owner)
        return reached

    def _nameless_owner(self, pid):
        owner = self.loader.owner.get(pid)
        return owner if owner is not None and not self.loader.states[owner].entry.names else None

    def _pairs(self, entry, component):
        """[(pid, the object that stands for it now)] of what the component needs; None where it needs other things than it did."""
        found, ahead, seen = [], [(entry, component)], set()
        while ahead:
            entry, component = ahead.pop()
            wanted = self._as_many(entry.needs, len(component.needs))
            if wanted is None:
                return None
            for pid, live in zip(wanted, component.needs):
                found.append((pid, self.look.object(live)))
                owner, exporter = self._nameless_owner(pid), self.exporter.get(live)
                if owner is not None and exporter is not None and owner not in seen:
                    seen.add(owner)
                    ahead.append((self.loader.states[owner].entry, exporter))
        return found

    def _as_many(self, pids, count):
        """The pids that a look which found `count` is about: a constant that nobody else holds any more has none."""
        shared = [pid for pid in pids if self.holders.get(pid, 0) > 1]
        return next((chosen for chosen in (pids, shared) if len(chosen) == count), None)

    def _agree(self, pid, value):
        return self.objects.setdefault(pid, value) is value and self.pids.setdefault(id(value), pid) == pid

    @staticmethod
    def _stands_apart(state):
        state.verified, state.code = False, "differs"
        state.reason = "made again, it no longer shares a class, function or constant with other variables as it did"
