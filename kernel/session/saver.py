"""Saving without pausing: a generation in slices of idle time.

    look -> encode, one component a slice -> confirm -> who else holds them -> capture process state -> commit -> collect garbage

A generation is committed only if one look, taken after the last component was encoded, shows that every component
equals what was encoded (docs/architecture.md). A cell that runs in between sends the work back to the look; what was
encoded meanwhile is kept and used again where the next look finds it unchanged. Opaque components, whose fingerprint
does not cover all of their state, are encoded anew after every cell.

Encoding runs code of the user's, which may never end. In idle time an interrupt ends it while a request waits (engine/loop.py).
What it cut is not stored, is named, and makes the session one that is not saved, so that the next save that was asked for
(a checkpoint, a shutdown) encodes it again, and is not interrupted.
"""

import functools
import logging
import os
import platform
import sys
import time
from dataclasses import dataclass

from kernelferry import _ferry, capsule, codec

from .touch import Touch

log = logging.getLogger("kernelferry.session")

PAUSE = 0.05  # seconds after a request that ran nothing
SETTLE = 0.1  # seconds after a cell: the next one of a Run All comes sooner
SLOW = 0.2  # seconds: a save longer than this waits before it starts again,
ROUNDS = 5  # looks that find a component changed again since it was encoded
REST = 10.0  # so many times its own length,
REST_MOST = 60.0  # but at most this
WARN_EVERY = 3600.0  # seconds between two visible warnings that saving fails
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
    cuts: int = 0  # how often in turn an interrupt ended the encoding of this very fingerprint; then nothing is stored

    def still_is(self, component, epoch):
        """Whether the blob holds the component as it is now. Where the fingerprint does not cover all of its state, it does
        only until another cell runs; that of an opaque one does not stand still either. What was cut has no blob: whether
        to leave it at that until something else runs, and for good if it happened twice."""
        same = self.exports == tuple(component.exports) and self.needs == tuple(component.needs)
        if self.cuts:
            return same and self.fingerprint == component.fingerprint and (self.cuts > 1 or self.epoch == epoch)
        return same and (self.epoch == epoch if component.opaque or self.uncovered else self.fingerprint == component.fingerprint)


class Saver:
    def __init__(self, session):
        self.session = session
        self.known = {}  # key -> fingerprint at the last look, as the log has it
        self.encoded = {}  # key -> Encoded
        self.newest = None  # the manifest of the newest generation of this life, or the one resumed from
        self.clean = True  # nothing ran since it, and it holds all that can be stored
        self.cut = False  # nothing ran since it, but it lacks what was cut; idle time leaves it at that
        self.stirred = False  # what ran since it was no cell, and need not have changed anything
        self.garbage = False  # blobs may stand in the store that no generation names
        self.phase = "look"
        self.epoch, self.rounds = 0, 0
        self.looked = 0  # execution of the last look
        self.logged = 0  # the same of the last look in the log when this life began
        self.not_before = 0.0
        self.spent = 0.0
        self.touch = Touch()
        self.calm = set()  # names that confirm may believe to be as the look found them
        self.whole = False  # every look looks at everything, whatever it costs
        self.yields = True  # an interrupt ends what hangs while a request waits
        self.ran = time.monotonic()  # when the last cell ended
        self.warned = -WARN_EVERY
        self.written = 0  # bytes put into the store by this process
        self.components, self.moved = {}, []
        self.registered = {}  # name -> registries of libraries that hold its value, and that the item modules fills again

    # -- when

    @property
    def rests(self):
        """Nothing is to be done in idle time until something runs."""
        return self.clean or self.cut

    def cell_ran(self):
        self._begin_anew()
        self.epoch += 1
        self.ran = time.monotonic()
        self.not_before = max(self.not_before, self.ran + SETTLE)

    def may_have_changed(self):
        """Something ran that is no cell: an expression that a front end evaluates, the callback of a widget. Looks believe
        nothing that was true before it, and a generation is written only if it changed something."""
        self.touch.everything()
        if self.newest is None and self.clean:
            return
        self._begin_anew(stirred=self.rests or self.stirred)
        self.epoch += 1
        self.request_came()

    def _begin_anew(self, stirred=False):
        self.clean, self.cut, self.stirred, self.phase, self.rounds = False, False, stirred, "look", 0

    def request_came(self):
        """Whoever asks something will soon ask more: no save begins in between."""
        self.not_before = max(self.not_before, time.monotonic() + PAUSE)

    def hurry(self):
        """The next save waits for nothing."""
        self.not_before = 0.0

    def replan(self):
        """Nothing ran, but another generation is wanted."""
        self._begin_anew()

    def deadline(self):
        """Seconds until a slice is due although nothing happens; None: nothing to do."""
        if self.rests or self.session.config.save != "auto":
            return None
        return max(0.0, self.not_before - time.monotonic())

    def slice(self):
        if self.rests and self.garbage:
            try:
                self._collect()
            except _ferry.Stopped:
                return True
        if self.rests or self.session.config.save != "auto" or time.monotonic() < self.not_before:
            return False
        begun = time.monotonic()
        try:
            self._advance("")
        except _ferry.Stopped:
            pass
        except _ferry.FerryError as error:
            self._failed(error)
            return False
        self.spent += time.monotonic() - begun
        if self.rests:
            self._rest()
        return not self.rests or self.garbage

    def save_now(self, label="", yields=False):
        """A generation of this very moment. Requests do not stop it. Raises FerryError; the old one then still stands.
        yields: an interrupt ends what hangs, as in idle time."""
        _ferry.ignore_stop(True)
        try:
            if self.clean and self.newest is not None and not label and self._holds_true():
                return self.newest
            self._begin_anew(stirred=self.stirred and not self.clean and not label)
            self.whole, self.yields = True, yields
            while not self.rests:
                self._advance(label)
            self._rest()
            self._collect()
        finally:
            self.whole, self.yields = False, True
            _ferry.ignore_stop(False)
        return self.newest

    def _rest(self):
        if self.spent > SLOW:
            self.not_before = time.monotonic() + min(REST_MOST, self.spent * REST)
        self.spent = 0.0

    def _failed(self, error):
        """Saving failed: the session goes on, the old generation stands, the user hears of it once an hour."""
        self.not_before, self.phase, self.spent = time.monotonic() + REST_MOST, "look", 0.0
        self.trouble(error)

    def trouble(self, error):
        log.error("saving failed: %s", error)
        now = time.monotonic()
        if now - self.warned > WARN_EVERY:
            self.warned = now
            self.session.notice(f"This session is not being saved: {error.what}", [error.remedy] if error.remedy else [])

    def changed_names(self):
        """Names that differ from the newest generation, as far as the last look knows."""
        saved = {tuple(e.key): e.fingerprint for e in self.newest.components} if self.newest else {}
        return sorted(name for key, fingerprint in self.known.items() if saved.get(key) != fingerprint
                      for name in key if not name.startswith("#"))

    # -- one slice

    def _advance(self, label):
        getattr(self, "_" + self.phase)(label)

    def _look(self, _label):
        untouched = self.touch.untouched()
        believed = set() if self.whole or self.touch.audit_due() else untouched
        look = self._take_look(believed)
        if look is None:
            return
        if self.touch.audit(look, untouched, believed) and believed:
            return  # once more, believing nothing
        self._learn(look, believed)
        self.look = look
        self.components = {tuple(c.key): c for c in look.components}
        self.moved = [key for key, c in self.components.items()
                      if key not in self.encoded or not self.encoded[key].still_is(c, self.epoch) or self.whole and self.encoded[key].cuts]
        self.wrote = bool(self.moved)
        self.calm = set() if self.whole else self.touch.calm(untouched, [self.components[key] for key in self.moved])
        self.phase = "encode_next"

    def _encode_next(self, _label):
        if not self.moved:
            self.phase = "confirm" if self.wrote else "ask_holders"
            return
        key = self.moved[-1]
        self.encoded[key] = self._encode_one(self.components[key])
        self.moved.pop()

    def _confirm(self, _label):
        """Encoding may run user code (their own __reduce__), and threads and tasks run meanwhile: look again."""
        look = self._take_look(self.calm)
        if look is None:
            return
        now = {tuple(c.key): c for c in look.components}
        same = now.keys() == self.components.keys()
        moving = [k for k, c in now.items() if k not in self.encoded or not self.encoded[k].still_is(c, self.epoch)]
        self.rounds += 1
        if (moving or not same) and self.rounds >= ROUNDS:  # it never stands still: named, and no reason to save nothing
            if not same:
                self._learn(look, self.calm)
                self.look, self.components = look, now
            for key in moving:
                entry = self.encoded.setdefault(key, Encoded("", (), (), "", self.epoch))
                entry.error, entry.blob = "it changes while it is being saved", ""
            same, moving = True, []
        settled = same and not moving
        self.phase = "ask_holders" if settled else "look"
        self.rounds = 0 if settled else self.rounds

    def _ask_holders(self, _label):
        """Of all that were encoded since, together: the answer takes a pass over all objects of the process."""
        asked = [c for key, c in self.components.items() if c.escaped and self.encoded[key].held_by is None]
        found = self.session.walker.holders(asked) if asked else ()
        if found is None:
            return
        spoken = capsule.words(self.session.shell, self.session.baseline)
        for component, holders in zip(asked, found):
            self.encoded[tuple(component.key)].held_by = held_by(holders, spoken)
        self.phase = "capture"

    def _capture(self, _label):
        session, self.items = self.session, []
        for item in self._whole(False, capsule.capture, session.shell, session.baseline):
            digest, size = session.writer.put_blob([item.data])
            self.written += size
            self.items.append(_ferry.ProcessItem(name=item.name, blob=digest, summary=item.summary))
        self.registered = capsule.registered(session.shell, session.baseline)
        session.observer.registered(sorted(self.registered))
        self.phase = "commit"

    def _commit(self, label):
        self.session.write_records()
        session = self.session
        if self.stirred and self._is_newest():
            return self._stand()
        try:
            number = session.writer.commit(self._manifest(label))
        except _ferry.FerryError:  # what the disk refused is not there any more, and must be put again
            self.encoded = {key: e for key, e in self.encoded.items() if not e.blob or session.writer.has(e.blob)}
            raise
        self.newest = session.store.read(session.sid).generation(number)
        self.encoded = {key: e for key, e in self.encoded.items() if key in self.components}
        self.garbage = True
        self._stand()

    def _stand(self):
        """The newest generation is what was looked at. One that was asked for has done what can be done."""
        self.cut = self.yields and any(self.encoded[key].cuts for key in self.components)
        self.clean, self.stirred, self.phase, self.look = not self.cut, False, "look", None

    def _is_newest(self):
        """Whether all that was looked at is what the newest generation holds."""
        def items(of):
            return sorted((item.name, item.blob) for item in of)

        saved = {tuple(entry.key): entry.blob for entry in self.newest.components}
        return saved == {key: self.encoded[key].blob for key in self.components} and items(self.newest.process) == items(self.items)

    def collect_now(self):
        _ferry.ignore_stop(True)
        try:
            self._collect()
        finally:
            _ferry.ignore_stop(False)

    def _collect(self):
        if not self.session.moving.token:  # else blobs are on their way to another host
            self.session.writer.collect()
        self.session.writer.sync(True)
        self.garbage = False

    # -- looks

    def look_now(self):
        """Writes down what has changed up to now, whoever waits."""
        _ferry.ignore_stop(True)
        try:
            self._learn(self._take_look())
        finally:
            _ferry.ignore_stop(False)

    def forget_all(self, execution):
        """The namespace is empty after this execution; the log says so."""
        if self.known:
            record = _ferry.ChangeRecord(since=execution, after=execution, gone=[list(key) for key in self.known], changed=[])
            self.session.append(record)
            self.session.graph.apply(record)
        self.known, self.looked, self.newest = {}, execution, None

    def _take_look(self, believed=()):
        return self.session.walker.look(self.session.user_names(), set(believed), self.touch.buffers)

    def _holds_true(self):
        """Whether the newest generation is what stands here, though looks believed something of it."""
        if not self.touch.believing:
            return True
        known = self.touch.believed <= self.touch.settled.keys()  # else that look found that one changes without a cell
        look = self._take_look() if known and not self.touch.beyond else None
        if look is None or self.touch.audit(look, self.touch.believed):
            return False
        self.touch.believing = 0
        return True

    def _learn(self, look, believed=()):
        """Writes down what the look found changed, and tells the observer and the graph."""
        session = self.session
        now = {tuple(c.key): c.fingerprint for c in look.components}
        changed = [c for c in look.components if self.known.get(tuple(c.key)) != c.fingerprint or self._may_have_changed(c)]
        gone = [list(key) for key in self.known if key not in now]
        session.observer.learn(look)
        ended = session.execution - (session.running is not None)  # a cell that asked for the look has not ended
        if changed or gone or self.looked < ended:  # a look that found nothing ends the window of its cells
            record = _ferry.ChangeRecord(
                since=self.looked, after=ended, gone=gone,
                changed=[_ferry.ComponentState(names=list(c.key), fingerprint=c.fingerprint, transparent=not c.opaque, opaque=c.opaque)
                         for c in changed])
            session.append(record)
            session.graph.apply(record)
        self.known, self.looked = now, ended
        self.touch.looked(look, believed)

    def _may_have_changed(self, component):
        """Whether a fingerprint that is what it was says nothing: it does not cover all, and a cell has touched it since."""
        return bool(component.opaque) and self.touch.touched(component.key)

    # -- encoding

    def _encode_one(self, component):
        session, begun = self.session, time.perf_counter()
        entry = Encoded(component.fingerprint, tuple(component.exports), tuple(component.needs), component.opaque, self.epoch)
        values = {name: session.namespace[name] for name in component.names}
        exports = {pid: self.look.object(pid) for pid in component.exports}
        encoded = None
        try:
            encoded = self._encode_parts(entry, values, exports, component)
        except KeyboardInterrupt:
            if session.running is not None:  # it ends the cell that asked for the save
                raise
            before = self.encoded.get(tuple(component.key))
            again = before is not None and before.cuts and before.fingerprint == entry.fingerprint
            entry.error, entry.cuts = CUT, before.cuts + 1 if again else 1
        if encoded is not None:
            entry.blob, entry.bytes = session.writer.put_blob(encoded.chunks)
            self.written += entry.bytes
            entry.notes, entry.uncovered = tuple(encoded.notes), encoded.uncovered
        entry.seconds = time.perf_counter() - begun
        return entry

    def _encode_parts(self, entry, values, exports, component):
        """The whole component, or what others need of it; None."""
        try:
            return self._encode(values, exports, component)
        except codec.EncodeError as error:
            entry.error = error.reason
            return self._encode_exports(exports, component)

    def _encode(self, values, exports, component):
        """Raises EncodeError, and KeyboardInterrupt where an interrupt came to code of the user's, whatever that made of it."""
        session = self.session
        needs = {pid: self.look.object(pid) for pid in component.needs}
        return self._whole(self.yields, codec.encode, values, exports, needs, session.namespace, session.walker.module_reference)

    def _whole(self, yields, function, *arguments):
        """What calls code of the user's; never what an interrupt made of it (loop.py)."""
        run = getattr(self.session.shell, "ferry_whole", None)
        return run(yields, function, *arguments) if run is not None else function(*arguments)

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

    # -- manifest

    def _manifest(self, label):
        session = self.session
        plan = _ferry.plan(session.graph, self.costs(), policy="store-first", image=session.images.planned(), **session.wishes())
        planned = {entry["key"]: entry for entry in plan["entries"]}
        entries = [self._component(number, component, planned[key])
                   for number, (key, component) in enumerate(self.components.items())]
        return _ferry.Manifest(
            label=label, time_us=int(time.time() * 1e6), executions=self.looked, life=session.life,
            execution_count=session.shell.execution_count, python=sys.version.split()[0], platform=system(),
            packages=packages(), components=entries, process=self.items, next_pid=session.walker.next_pid,
            hash_seed=int(session.info.get("hash_seed", 0)))

    def costs(self):
        """What the planner needs to know of each component."""
        pinned, recompute = self.session.info.get("pinned", ()), self.session.info.get("recompute", ())
        referred = {pid for c in self.components.values() for pid in c.needs}
        costs = {}
        for key, e in self.encoded.items():
            if key not in self.components:
                continue
            proved = self.session.rehearsal.verdict(key, e.fingerprint)
            costs[key] = _ferry.Cost(
                bytes=e.bytes, store_seconds=e.seconds, load_seconds=e.seconds, storable=not e.error, reason=e.error, opaque=bool(e.opaque),
                pinned=proved is False or any(name in pinned for name in key), verified_replay=proved is True,
                referred=not referred.isdisjoint(e.exports),
                user_recompute=proved is not False and any(name in recompute for name in key))
        return costs

    def _component(self, number, c, planned):
        """As it comes back without an image, if it does: an image may not come back."""
        e = self.encoded[tuple(c.key)]
        types = {name: type_name(self.session.namespace[name]) for name in c.names}
        restored = set().union(*(self.registered.get(name, ()) for name in c.names))
        held = ", ".join(holder for holder in (e.held_by or "").split(", ") if holder not in restored)
        return _ferry.ComponentEntry(
            number=number, key=list(c.key), names=list(c.names), exports=list(c.exports), needs=list(c.needs),
            way="replayed" if planned["code"] == "image-cheaper" else planned["way"], code="differs" if e.notes else planned["code"],
            reason="; ".join(e.notes) if e.notes else "" if planned["code"] == "fits" else planned["reason"],
            blob=e.blob, bytes=e.bytes, fingerprint=c.fingerprint, opaque=c.opaque, types=types, mentions=list(c.mentions),
            escaped=c.escaped, held_by=held, executions=planned["executions"], seconds=e.seconds)


def type_name(value):
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def held_by(holders, spoken):
    """The holders that a person can find and that nothing brings back; the insides of classes, of the interpreter and of
    this kernel are none. Nor are constants of a library's class that nobody has touched since its import and no cell speaks of."""
    inside = ("builtins.", "kernelferry.", "IPython.", "a ")
    told = (holder.removeprefix("class ") for holder in holders
            if not holder.startswith("class ") or holder.rpartition(".")[2] in spoken)
    return ", ".join(holder for holder in told if not holder.startswith(inside) and holder not in capsule.HOLDERS)


@functools.cache
def system():
    """What platform.platform() says, but for the processor, for which that starts a program beside the session's cells."""
    kernel = os.uname()
    return "-".join([kernel.sysname, kernel.release, kernel.machine, *filter(None, platform.libc_ver())])


def packages():
    """Versions of the top-level packages that are imported, where they say one; those of Python itself are Python's."""
    found = {}
    for name, module in list(sys.modules.items()):
        version = None if "." in name or name in sys.stdlib_module_names else module.__dict__.get("__version__") if hasattr(module, "__dict__") else None
        if isinstance(version, str):
            found[name] = version
    return found
