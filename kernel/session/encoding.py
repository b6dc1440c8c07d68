"""One component on its way into the store.

Encoding runs code of the user's, which may never end. In idle time an interrupt ends it while a request waits (engine/loop.py).
What it cut is not stored, is named, and makes the session one that is not saved, so that the next save that was asked for
(a checkpoint, a shutdown) encodes it again, and is not interrupted.
"""

import time
from dataclasses import dataclass

from kernelferry import capsule, codec

CUT = "its own pickling was interrupted"


@dataclass
class Encoded:
    """What stands in the store for one component, and what it was made from."""

    fingerprint: str
    exports: tuple
    needs: tuple
    opaque: str
    epoch: int  # cells that had run when it was encoded
    blob: str = ""
    bytes: int = 0
    seconds: float = 0.0
    error: str = ""  # why it could not be encoded
    notes: tuple = ()  # what of it is known not to come back as it was
    held_by: str | None = None  # who else holds objects of it, outside the namespace; None: not asked yet
    uncovered: bool = False  # it holds state that the fingerprint does not cover
    unfound: int = 0  # functions of libraries in it that no import found, so that they are stored by value
    cuts: int = 0  # how often in turn an interrupt ended the encoding of this very fingerprint; then nothing is stored

    def still_is(self, component, epoch):
        """Whether the blob holds the component as it is now. Where the fingerprint does not cover all of its state, it does
        only until another cell runs; that of an opaque one does not stand still either. What was cut has no blob: whether
        to leave it at that until something else runs, and for good if it happened twice."""
        same = (self.exports, self.needs, self.unfound) == (tuple(component.exports), tuple(component.needs), component.unfound)
        if self.cuts:
            return same and self.fingerprint == component.fingerprint and (self.cuts > 1 or self.epoch == epoch)
        return same and (self.epoch == epoch if component.opaque or self.uncovered else self.fingerprint == component.fingerprint)


def whole(session, yields, function, *arguments):
    """What calls code of the user's; never what an interrupt made of it (loop.py). yields: an interrupt may end it."""
    run = getattr(session.shell, "ferry_whole", None)
    return run(yields, function, *arguments) if run is not None else function(*arguments)


class Encoding:
    """The components of one look."""

    def __init__(self, session, look, epoch, yields):
        self._session, self._look, self._epoch, self._yields = session, look, epoch, yields
        codec.load()  # what that takes is no cost of the first component: the plan would run its cells again instead

    def put(self, component, before):
        """Encodes the component into the store -> Encoded. before: what stands there for it, or None. Raises FerryError, and
        KeyboardInterrupt where that ends the cell that asked for the save."""
        session, begun = self._session, time.perf_counter()
        entry = Encoded(component.fingerprint, tuple(component.exports), tuple(component.needs), component.opaque, self._epoch,
                        unfound=component.unfound)
        encoded = None
        try:
            encoded = self._encode_parts(entry, component)
        except KeyboardInterrupt:
            if session.recorder.running is not None:
                raise
            again = before is not None and before.cuts and before.fingerprint == entry.fingerprint
            entry.error, entry.cuts = CUT, before.cuts + 1 if again else 1
        if encoded is not None:
            entry.blob, entry.bytes = session.writer.put_blob(encoded.chunks)
            entry.notes, entry.uncovered = tuple(encoded.notes), encoded.uncovered
        entry.seconds = time.perf_counter() - begun
        return entry

    def _encode_parts(self, entry, component):
        """The whole component, or what others need of it; None."""
        values = {name: self._session.namespace[name] for name in component.names}
        exports = {pid: self._look.object(pid) for pid in component.exports}
        try:
            return self._encode(values, exports, component)
        except codec.EncodeError as error:
            entry.error = error.reason
            return self._encode_exports(exports, component)

    def _encode(self, values, exports, component):
        """Raises EncodeError, and KeyboardInterrupt where an interrupt came to code of the user's, whatever that made of it."""
        session = self._session
        needs = {pid: self._look.object(pid) for pid in component.needs}
        with capsule.same_warnings():
            return whole(session, self._yields, codec.encode, values, exports, needs, session.namespace, session.walker.module_reference)

    def _encode_exports(self, exports, component):
        """What others need of a component that cannot be stored: one bad object never costs the others."""
        if not exports:
            return None
        for chosen in ([exports] if len(exports) == 1 else [exports, *({pid: value} for pid, value in exports.items())]):
            try:
                return self._encode({}, chosen, component)
            except codec.EncodeError:
                continue
        return None


def held_by(holders, spoken, opaque):
    """The holders that a person can find and that nothing brings back; the insides of classes, of the interpreter, of its
    debugger and of this kernel are none. Nor are constants of a library's class that nobody has touched since its import and no cell speaks of,
    nor arrays of pandas, of its indexes too: what looks into the memory of a frame is copied before pandas writes there; nor units of sympy, which are
    abbreviated by the symbols of their letters: a symbol never changes.

    opaque: of the component. What the library of an opaque object holds may be that object itself, into which nobody sees (a figure)."""
    inside = ("builtins.", "kernelferry.", "IPython.", "pydevd", "_pydev", "a ", "pandas.arrays.", "pandas.Categorical", "pandas.Index._data", "sympy.physics.units.")
    library = opaque.partition(".")[0]
    inside += (f"{library}.",) * (library not in ("", "__main__"))
    told = (holder.removeprefix("class ") for holder in holders
            if not holder.startswith("class ") or holder.rpartition(".")[2] in spoken)
    return ", ".join(holder for holder in told if not holder.startswith(inside) and holder not in capsule.HOLDERS)
