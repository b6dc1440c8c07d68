"""Loads the components of a generation into a live namespace, one at a time, and compares each with its fingerprint.

A component is loaded with everything it needs (the code units and shared immutables of other components), is bound to
its names only when it decoded whole, and is then walked again: a fingerprint that differs is reported, never passed over.
What fails keeps its error and costs no other component anything.
"""

import time

from kernelferry import _ferry, codec


class Loaded:
    """How one component came back. `verified`: True equal, False different, None could not be compared."""

    def __init__(self, entry):
        self.entry = entry
        self.way, self.verified, self.code, self.reason = "pending", None, entry.code, ""
        self.seconds, self.bytes, self.kept = 0.0, 0, []


class Loader:
    def __init__(self, namespace, walker, reader, manifest, keep=()):
        self.namespace, self.walker, self.reader, self.keep = namespace, walker, reader, frozenset(keep)
        self.states = {tuple(entry.key): Loaded(entry) for entry in manifest.components}
        self.owner = {pid: key for key, state in self.states.items() for pid in state.entry.exports}
        self.objects = {}  # pid -> live object
        self.loading = []

    def pending(self):
        return [key for key, state in self.states.items() if state.way == "pending"]

    def load(self, key):
        """Loads the component and what it needs. Nothing is raised: the outcome stands in states[key]."""
        state = self.states[key]
        if state.way != "pending":
            return
        if state.entry.way != "stored":
            state.way, state.reason = "lost", state.entry.reason
            self._load_exports(state.entry)
            return
        begun = time.perf_counter()
        self.loading.append(key)
        try:
            values, exports = self._decode(state.entry)
            self._bind(state, values, exports)
            self._verify(state)
        except codec.DecodeError as error:
            state.way, state.code, state.reason = "failed", "load-error", str(error)
        except _ferry.FerryError as error:
            state.way, state.code, state.reason = "failed", "load-error", f"{error.what}. {error.remedy}".strip()
        finally:
            self.loading.pop()
        state.seconds, state.bytes = time.perf_counter() - begun, state.entry.bytes

    def _load_exports(self, entry):
        """What others need of a component that could not be stored whole."""
        if entry.blob:
            try:
                self._adopt(self._decode(entry)[1])
            except (codec.DecodeError, _ferry.FerryError):
                pass  # whoever needs one of them says so, by name

    def _adopt(self, exports):
        for pid, value in exports.items():
            self.objects[pid] = value
            self.walker.adopt(pid, value)

    def _decode(self, entry):
        for pid in entry.needs:
            key = self.owner.get(pid)
            if key is not None and key not in self.loading:
                self.load(key)
        return codec.decode(memoryview(self.reader.blob(entry.blob)), self._resolve, self.namespace)

    def _resolve(self, pid):
        if pid not in self.objects:
            key = self.owner.get(pid)
            why = self.states[key].reason if key is not None else "it is in no component of this generation"
            raise LookupError(f"a class, function or constant it refers to did not come back ({why})")
        return self.objects[pid]

    def _bind(self, state, values, exports):
        self._adopt(exports)
        for name, value in values.items():
            if name in self.keep:
                state.kept.append(name)
            else:
                self.namespace[name] = value
        state.way = "stored"

    def _verify(self, state):
        """Walks what was loaded and compares. A name that was kept is not ours to compare."""
        entry = state.entry
        if state.kept or not entry.names:
            return
        state.verified, why = compare(self.walker, entry)
        if state.verified is False:
            state.code, state.reason = "differs", why
        elif state.verified is None:
            state.reason = why


def compare(walker, entry):
    """(True | False | None, why): the component as it is now against its entry in the manifest."""
    _ferry.ignore_stop(True)
    try:
        look = walker.look(list(entry.names))
    finally:
        _ferry.ignore_stop(False)
    found = [c for c in look.components if list(c.names) == list(entry.names)]
    if not found:
        return False, "its names do not share their objects as they did"
    if found[0].fingerprint != entry.fingerprint:
        return (None, f"opaque: {entry.opaque}") if entry.opaque else (False, "its fingerprint differs from what was saved")
    return (None, f"opaque: {entry.opaque}") if entry.opaque else (True, "")
