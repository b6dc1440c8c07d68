"""Whether what was replayed shares its classes, functions and constants with everything else as it did.

A fingerprint covers one component. A cell that runs again can make an equal value of another class of the same name, or an
equal constant that is no longer the one another variable holds. So after a resume the pids that a replayed component
needed are held against the objects it refers to now: one object for each pid, and one pid for each object. Functions
and classes without a name of their own are followed to what they need in turn, and compared, since nothing else asks for them.

Of plain values (text, bytes, numbers) a cell that runs again makes its own. Which of several equal ones an expression gives
Python leaves open, so that such a component is not different, but not covered whole: that is said with it. Not a number is
none of them: `in` and `count` tell it by its identity.
"""

PLAIN = (str, bytes, int, float, complex)
OTHER, APART, EQUAL, SAME = range(4)  # what leads to a changed class or function without a name, to other objects, to equal plain values, to the objects of old


def _is_plain(value):
    return type(value) in PLAIN and value == value


def check(loader, look):
    """Marks replayed components that stand apart as different, those with equal plain values of their own as not covered whole.

    look: over all names that the loader brought back.
    """
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
            if not _made_again(state):
                whole, pairs = self._pairs(state.entry, self.found[key])
                for pid, value in pairs:
                    self._agree(pid, value)
                if whole == OTHER:
                    self._judge(state, OTHER)
            else:
                self._judge(state, self._needs_agree(key, state))
        for key, state in self.back.items():
            if _made_again(state) and state.entry.exports:
                self._judge(state, self._exports_agree(key, state))

    def _needs_agree(self, key, state):
        whole, pairs = self._pairs(state.entry, self.found[key])
        return min([whole, *(self._agree(pid, value) for pid, value in pairs)])

    def _exports_agree(self, key, state):
        exports = {id(value): value for value in map(self.look.object, self.found[key].exports)}
        whole, wanted, _ = self._as_many(state.entry.exports, list(exports.values()))
        held = [self.objects[pid] for pid in wanted if pid in self.objects]
        return min([whole, *(SAME if id(value) in exports else EQUAL if _is_plain(value) else APART for value in held)])

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
        """(SAME, EQUAL: but for plain values, APART: not at all, OTHER: nor what has no name; [(pid, the object that stands for it now)] of what it needs)."""
        whole, found, ahead, seen = SAME, [], [(entry, component)], set()
        while ahead:
            entry, component = ahead.pop()
            exporters = {id(self.look.object(live)): self.exporter.get(live) for live in component.needs}
            agree, wanted, values = self._as_many(entry.needs, list(map(self.look.object, component.needs)))
            whole = min(whole, agree)
            for pid, value in zip(wanted, values):
                found.append((pid, value))
                owner, exporter = self._nameless_owner(pid), exporters[id(value)]
                if owner is not None and exporter is not None and owner not in seen:
                    seen.add(owner)
                    stored = self.loader.states[owner].entry
                    if not stored.opaque and stored.code != "differs" and stored.fingerprint != exporter.fingerprint:
                        whole = OTHER
                    ahead.append((stored, exporter))
        return whole, found

    def _as_many(self, pids, values):
        """(SAME, EQUAL or APART, pids, values): those of a look that are about the same objects, in order; APART with none.

        A constant that nobody else holds any more has no pid, and a plain value may be another one by now.
        """
        shared = [pid for pid in pids if self.holders.get(pid, 0) > 1]
        for chosen in (pids, shared):
            if len(chosen) == len(values):
                return SAME, chosen, values
        distinct = [value for value in values if not _is_plain(value)]
        for chosen in (pids, shared):
            others = [pid for pid in chosen if not _is_plain(self.loader.objects.get(pid))]
            if len(others) == len(distinct):
                return EQUAL, others, distinct
        return APART, [], []

    def _agree(self, pid, value):
        known = self.objects.setdefault(pid, value)
        if known is value and self.pids.setdefault(id(value), pid) == pid:
            return SAME
        return EQUAL if _is_plain(value) and type(known) is type(value) and known == value else APART

    @staticmethod
    def _judge(state, agreement):
        if agreement <= APART:
            state.verified, state.code = False, "differs"
            state.reason = ("it is there; a class or function that it uses, and that has no name, is not what it was" if agreement == OTHER else
                            "it was made again, and no longer shares a class, function or constant with other variables as it did")
        elif agreement == EQUAL and state.verified is not False:
            state.verified, state.code = None, "unshared"
            told = "its values are equal; text or numbers that were one object with those of other variables are its own now"
            state.reason = "; ".join(filter(None, [state.reason, told]))
