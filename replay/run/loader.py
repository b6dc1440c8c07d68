"""Loads the components of a generation into a live namespace, one at a time, and compares each with its fingerprint.

A component is loaded after everything it needs (the code units and shared immutables of other components) and after what
its code names: rebuilding a dict runs the `__hash__` of its keys. It is bound to its names only when it decoded whole.
`verify` walks what came back: a fingerprint that differs is reported, never passed over. What fails keeps its error and
costs no other component anything. Names that are to be kept are never bound; a component that stands in the namespace as
it was saved is taken as it is, and what shared objects with a name that was kept says so.
"""

import time

from kernelferry import _ferry, capsule, codec

from . import remade, sharing


class Loaded:
    """How one component came back. `verified`: True equal, False different, None could not be compared."""

    def __init__(self, entry):
        self.entry = entry
        self.way, self.verified, self.code, self.reason = "pending", None, entry.code, ""
        self.seconds, self.bytes = 0.0, 0
        self.held_by = entry.held_by  # who held it as well when it was saved, and is not known to hold it again
        self.kept = []  # names of it that existed and were left alone
        self.apart = ""  # a kept name that it refers to
        self.checked, self.loads = False, 0
        self.values, self.unbound = {}, False  # of what others refer to: name -> value; a replay has bound the names to what it made
        self.made_again = False  # a replay made what stands in its place
        self.uncovered = False  # its blob holds state that no fingerprint covers
        self.databases = []  # files that it has connected to

    def back(self):
        """Whether it is there to be compared."""
        return self.way in ("stored", "replayed") and bool(self.entry.names)

    def torn(self):
        """The kept names from which it came back apart."""
        return ", ".join(self.kept) or self.apart


class Loader:
    def __init__(self, namespace, walker, reader, manifest, keep=(), own=True, hash_seed=None, ways=(), made=(), ahead=None):
        """`ways`: key -> stored or replayed, where it is another than the manifest's; `made`: names that the start of the process
        has made as it did for the session: what equals the stored one stays, like what a replay makes; `ahead`: what is decoded."""
        self.ways = dict(ways)
        self.same_hashes = hash_seed in (None, manifest.hash_seed)
        self.namespace, self.walker, self.reader, self.keep = namespace, walker, reader, frozenset(keep)
        self.ahead = ahead
        self.own = own  # pids of another session mean nothing to this session's walker
        self.states = {tuple(entry.key): Loaded(entry) for entry in manifest.components}
        self.owner = {pid: key for key, state in self.states.items() for pid in state.entry.exports}
        self.by_name = {name: key for key, state in self.states.items() for name in state.entry.names}
        self.objects = {}  # pid -> live object
        self.visited = set()
        self.rebound = set(made)  # names that replays have bound
        there = sorted(self.keep.union(made))
        self.look = look_at(walker, there) if there else None
        self.live = {tuple(c.key): c for c in self.look.components} if there else {}
        self.taken = {pid for component in self.live.values() for pid in component.exports}

    def way(self, entry):
        return self.ways.get(tuple(entry.key), entry.way)

    def pending(self):
        return [key for key, state in self.states.items() if state.way == "pending"]

    def load(self, key, later=()):
        """Loads the component after what its code names. Nothing is raised: the outcome stands in states[key].

        later: components whose turn comes behind replays. Where their names are bound by now, those replays want what stands there.
        """
        if self.states[key].unbound:
            self._bind_again(self.states[key])
        ahead = [(key, False)]  # depth first without recursion: functions that name each other form long chains
        with capsule.same_warnings():
            while ahead:
                key, named = ahead.pop()
                if named:
                    self._load(key)
                elif self.states[key].way == "pending" and key not in self.visited:
                    self.visited.add(key)
                    ahead.append((key, True))
                    ahead += [(self.by_name[name], False) for name in self.states[key].entry.mentions
                              if name in self.by_name and not (name in self.namespace and self.by_name[name] in later)]

    def _load(self, key):
        """Loads the component after what it needs. Needs know no cycles; what code names does."""
        state = self.states[key]
        if state.way != "pending" or self._stands(key, state):
            return
        if self.way(state.entry) != "stored":
            state.way, state.reason = "lost", state.entry.reason
            self._load_exports(state.entry)
            return
        if self._made_with_others(state):
            return
        begun = time.perf_counter()
        try:
            decoded = self._decode(state.entry)
            if not self._take_remade(key, state, decoded.values, decoded.exports):
                self._bind(state, decoded.values, decoded.exports)
        except codec.DecodeError as error:
            state.way, state.code, state.reason = "failed", "load-error", str(error)
        except _ferry.FerryError as error:
            state.way, state.code, state.reason = "failed", "load-error", f"{error.what}. {error.remedy}".strip()
        state.seconds, state.bytes = time.perf_counter() - begun, state.entry.bytes

    def _stands(self, key, state):
        """Whether the component is in the namespace as it was saved, or what is there must be kept in its place."""
        entry, there = state.entry, self.live.get(key)
        if there is not None and not entry.opaque and (there.fingerprint, list(there.exports)) == (entry.fingerprint, list(entry.exports)):
            self.objects.update((pid, self.look.object(pid)) for pid in entry.exports)
            state.way, state.verified, state.checked, state.reason = "stored", True, True, "it was there already, and is equal"
            return True
        if entry.names and not entry.exports and self.keep.issuperset(entry.names):
            state.way, state.kept = "failed", list(entry.names)
        return bool(state.kept)

    def _take_remade(self, key, state, values, exports):
        """Whether a replay has made the same classes and functions, which then stand in place of the stored ones."""
        entry = state.entry
        if key in self.ways or not exports or not entry.names or entry.opaque or not self.rebound.issuperset(entry.names):
            return False
        found = remade.match(self.namespace, entry, values, exports)
        if found is None:
            return False
        self._adopt(found)
        state.way, state.made_again, state.reason = "stored", True, "a cell that ran again has made it again, and equal"
        return True

    def _made_with_others(self, state):
        """Whether the replay that made a constant anew has made what shares it as well, and equal: `s = next(g)`."""
        entry = state.entry
        owners = {self.owner[pid] for pid in entry.needs if pid in self.owner and pid not in self.objects}
        replayed = [self.states[key].entry for key in owners if self.states[key].way == "replayed"]
        if not replayed:
            return False
        if tuple(entry.key) not in self.ways and not entry.exports and entry.names and self.rebound.issuperset(entry.names):
            if not entry.opaque and remade.look(self.namespace, entry) is not None:
                state.way, state.made_again, state.reason = "stored", True, "a cell that ran again has made it again, and equal"
                return True
        for owner in replayed:
            self._load_exports(owner)
        return False

    def _load_exports(self, entry):
        """What others need of a component that could not be stored whole."""
        if entry.blob:
            try:
                self._adopt(self._decode(entry).exports)
            except (codec.DecodeError, _ferry.FerryError):
                pass  # whoever needs one of them says so, by name

    def _adopt(self, exports):
        for pid, value in exports.items():
            self.objects[pid] = value
            if self.own and pid not in self.taken:  # else an object that was kept has that number
                self.walker.adopt(pid, value)

    def _decode(self, entry):
        for key in filter(None, map(self.owner.get, entry.needs)):
            self._load(key)
            if owner := self.states[key].torn():
                self.states[tuple(entry.key)].apart = owner
        decoded = self.ahead.take(entry.blob) if self.ahead is not None else None
        if decoded is None:
            decoded = codec.decode(memoryview(self.reader.blob(entry.blob)), self._resolve, self.namespace)
        state = self.states[tuple(entry.key)]
        state.uncovered, state.databases = decoded.uncovered, decoded.databases
        return decoded

    def _resolve(self, pid):
        if pid not in self.objects:
            key = self.owner.get(pid)
            why = self._why_not(self.states[key]) if key is not None else "nothing that was saved holds it"
            raise codec.NotBack(f"a class, function or constant that it uses did not come back: {why}")
        return self.objects[pid]

    @staticmethod
    def _why_not(state):
        """Why what others need of a component is not there."""
        names = ", ".join(state.entry.names)
        where = f"it belongs to {names}" if names else "no variable holds it"
        how = state.reason or state.entry.reason or ("not loaded yet" if state.way == "pending" else state.way)
        return f"{where}: {how}"

    def _bind(self, state, values, exports):
        self._adopt(exports)
        for name, value in values.items():
            if name in self.keep:
                state.kept.append(name)
            else:
                self.namespace[name] = value
        state.way, state.loads = "stored", state.loads + 1
        if exports:
            state.values = values

    def verify(self, patient=False):
        """Compares everything that is back and not compared yet. False: stopped, try again; `patient` is not stopped."""
        states = [state for state in self.states.values() if state.back() and not state.checked]
        for state in states:
            if state.torn():
                state.checked, state.verified, state.code = True, False, "differs"
                state.reason = (f"{state.torn()} existed already and was kept, so that it does not share its objects as it did; "
                                "--overwrite replaces it")
        states = [state for state in states if not state.checked]
        found = self._look([name for state in states for name in state.entry.names], patient)
        if found is None:
            return False
        for state in states:
            state.checked = True
            state.verified, why = verdict(found.get(tuple(state.entry.names)), state.entry)
            if state.verified is False:
                state.code = "differs"
                if not self.same_hashes:
                    why += "; it was made under another hash seed, under which sets have another order"
            state.reason = why or state.reason
        return True

    def replayed(self, record, later):
        """A cell ran again. What it touches of what was loaded before its turn (later) is loaded once more when that comes. What
        others refer to cannot be; its names are bound to it again, and if no look can tell whether it changed, the report says so.
        """
        touched = {*record.reads, *record.writes, *record.deletes}
        for key, state in self.states.items():
            if state.way != "stored" or not state.loads or not (record.door or touched.intersection(state.entry.names)):
                continue
            if not state.entry.exports:
                if key in later:
                    state.way, state.loads = "pending", 0
                    self.visited.discard(key)
                continue
            state.unbound = True
            if key not in later:
                self._bind_again(state)
            elif state.entry.opaque:
                state.checked, state.verified, state.code = True, False, "differs"
                state.reason = f"it is there; cell [{record.count}] ran again after other variables had needed it, and may have changed it, which cannot be seen"

    def _bind_again(self, state):
        state.unbound = False
        self.namespace.update((name, value) for name, value in state.values.items() if name not in self.keep)

    def again(self):
        """Loads once more what differs because of what was loaded after it, where no other component refers to it."""
        for key, state in self.states.items():
            if state.verified is False and state.entry.code != "differs" and state.loads == 1 and not state.entry.exports and not state.torn():
                state.way, state.checked, state.code, state.reason = "pending", False, state.entry.code, ""
                self._load(key)

    def check_sharing(self):
        """Compares what replayed components refer to in others; once everything is back. Not stopped."""
        if any(state.way == "replayed" for state in self.states.values()):
            names = [name for state in self.states.values() if state.back() for name in state.entry.names]
            sharing.check(self, look_at(self.walker, [name for name in names if name in self.namespace]))

    def let_go(self):
        """Everything is back: what it held for those who refer to it belongs to the session alone."""
        self.objects, self.look, self.live, self.ahead = {}, None, {}, None
        for state in self.states.values():
            state.values = {}

    def _look(self, names, patient):
        names = [name for name in names if name in self.namespace]
        look = look_at(self.walker, names) if patient else self.walker.look(names)
        return None if look is None else {tuple(c.names): c for c in look.components}


def verdict(component, entry):
    """(True equal | False different | None could not be compared, why): what a look found against the manifest."""
    if entry.code == "differs":  # known when it was saved: the contents of a cache, a cut traceback
        return False, entry.reason
    if component is None:
        return False, "it came back apart from what it shared objects with, or together with what it did not"
    if entry.opaque:
        return None, f"it is there, and was not compared: nobody can look into {entry.opaque}"
    return (True, "") if component.fingerprint == entry.fingerprint else (False, "it is there, and is not equal to what was saved")


def look_at(walker, names):
    """A look that no request stops."""
    _ferry.ignore_stop(True)
    try:
        return walker.look(names)
    finally:
        _ferry.ignore_stop(False)
