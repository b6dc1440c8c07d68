"""Saving without pausing: a generation in slices of idle time.

    look -> encode, one component a slice -> confirm -> who else holds them -> capture process state -> commit -> collect garbage

A generation is committed only if one look, taken after the last component was encoded, shows that every component
equals what was encoded (docs/architecture.md). A cell that runs in between sends the work back to the look; what was
encoded meanwhile is kept and used again where the next look finds it unchanged. Opaque components, whose fingerprint
does not cover all of their state, are encoded anew after every cell.
"""

import logging
import time

from kernelferry import _ferry, capsule

from . import generation
from .encoding import Encoded, Encoding, held_by, whole
from .looks import Looks
from .pace import Pace
from .touch import Touch

log = logging.getLogger("kernelferry.session")

ROUNDS = 5  # looks that find a component changed again since it was encoded
WARN_EVERY = 3600.0  # seconds between two visible warnings that saving fails


class Saver:
    def __init__(self, session):
        self.session = session
        self.encoded = {}  # key -> Encoded
        self.newest = None  # the manifest of the newest generation of this life, or the one resumed from
        self.clean = True  # nothing ran since it, and it holds all that can be stored
        self.cut = False  # nothing ran since it, but it lacks what was cut; idle time leaves it at that
        self.stirred = False  # what ran since it was no cell, and need not have changed anything
        self.garbage = False  # blobs may stand in the store that no generation names
        self.phase = "look"
        self.epoch, self.rounds = 0, 0
        self.pace = Pace()
        self.touch = Touch()
        self.looks = Looks(session, self.touch)
        self.calm = set()  # names that confirm may believe to be as the look found them
        self.whole = False  # every look looks at everything, whatever it costs
        self.yields = True  # an interrupt ends what hangs while a request waits
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
        self.pace.cell_ran()

    def may_have_changed(self):
        """Something ran that is no cell: an expression that a front end evaluates, the callback of a widget. Looks believe
        nothing that was true before it, and a generation is written only if it changed something."""
        self.touch.everything()
        if self.newest is None and self.clean:
            return
        self._begin_anew(stirred=self.rests or self.stirred)
        self.epoch += 1
        self.pace.request_came()

    def _begin_anew(self, stirred=False):
        self.clean, self.cut, self.stirred, self.phase, self.rounds = False, False, stirred, "look", 0

    def replan(self):
        """Nothing ran, but another generation is wanted."""
        self._begin_anew()

    def deadline(self):
        """Seconds until a slice is due although nothing happens; None: nothing to do."""
        if self.rests or self.session.config.save != "auto":
            return None
        return self.pace.left()

    def slice(self):
        if self.rests and self.garbage:
            try:
                self._collect()
            except _ferry.Stopped:
                return True
        if self.rests or self.session.config.save != "auto" or self.pace.left():
            return False
        begun = time.monotonic()
        try:
            self._advance("")
        except _ferry.Stopped:
            pass
        except _ferry.FerryError as error:
            self._failed(error)
            return False
        self.pace.spent += time.monotonic() - begun
        if self.rests:
            self.pace.saved()
        return not self.rests or self.garbage

    def save_now(self, label="", yields=False):
        """A generation of this very moment. Requests do not stop it. Raises FerryError; the old one then still stands.
        yields: an interrupt ends what hangs, as in idle time."""
        _ferry.ignore_stop(True)
        try:
            if self.clean and self.newest is not None and not label and self.looks.hold_true():
                return self.newest
            self._begin_anew(stirred=self.stirred and not self.clean and not label)
            self.whole, self.yields = True, yields
            while not self.rests:
                self._advance(label)
            self.pace.saved()
            self._collect()
        finally:
            self.whole, self.yields = False, True
            _ferry.ignore_stop(False)
        return self.newest

    def _failed(self, error):
        """Saving failed: the session goes on, the old generation stands, the user hears of it once an hour."""
        self.pace.failed()
        self.phase = "look"
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
        return sorted(name for key, fingerprint in self.looks.known.items() if saved.get(key) != fingerprint
                      for name in key if not name.startswith("#"))

    # -- one slice

    def _advance(self, label):
        with _ferry.NoCollection():  # a request would wait for it, and what a slice allocates would start one that is due to nothing else
            getattr(self, "_" + self.phase)(label)

    def _look(self, _label):
        untouched = self.touch.untouched()
        believed = set() if self.whole or self.touch.audit_due() else untouched
        look = self.looks.take(believed)
        if look is None:
            return
        if self.touch.audit(look, untouched, believed) and believed:
            return  # once more, believing nothing
        self.looks.learn(look, believed)
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
        encoding = Encoding(self.session, self.look, self.epoch, self.yields)
        self.encoded[key] = encoding.put(self.components[key], self.encoded.get(key))
        self.written += self.encoded[key].bytes
        self.moved.pop()

    def _confirm(self, _label):
        """Encoding may run user code (their own __reduce__), and threads and tasks run meanwhile: look again."""
        look = self.looks.take(self.calm)
        if look is None:
            return
        now = {tuple(c.key): c for c in look.components}
        same = now.keys() == self.components.keys()
        moving = [k for k, c in now.items() if k not in self.encoded or not self.encoded[k].still_is(c, self.epoch)]
        self.rounds += 1
        if (moving or not same) and self.rounds >= ROUNDS:  # it never stands still: named, and no reason to save nothing
            if not same:
                self.looks.learn(look, self.calm)
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
        found = self._told_holders(asked)
        if found is None:
            if _ferry.stop_asked():
                return
            self.rounds += 1
            if self.rounds >= ROUNDS:  # threads never let it be seen: the next save asks again
                self.phase, self.rounds = "capture", 0
            return
        self.rounds = 0
        for component in asked:
            key = tuple(component.key)
            self.encoded[key].held_by = found.get(key, "")
        self.phase = "capture"

    def _told_holders(self, components):
        """key -> who is told to hold objects of a component as well; None when stopped. Whether such a holder waits for the collector is a dear
        question, which few components need."""
        if not components:
            return {}
        spoken = capsule.words(self.session.shell, self.session.baseline)
        for waiting in (True, False):
            found = self.session.walker.holders(components, waiting=waiting)
            if found is None:
                return None
            told = {tuple(c.key): words for c, holders in zip(components, found) if (words := held_by(holders, spoken, c.opaque))}
            components = [c for c in components if tuple(c.key) in told]
            if not components:
                break
        return told

    def _capture(self, _label):
        session, self.items = self.session, []
        for item in whole(session, False, capsule.capture, session.shell, session.baseline):
            digest, size = session.writer.put_blob([item.data])
            self.written += size
            self.items.append(_ferry.ProcessItem(name=item.name, blob=digest, summary=item.summary))
        self.registered = capsule.registered(session.baseline)
        session.observer.registered(sorted(self.registered))
        self.phase = "commit"

    def _commit(self, label):
        self.session.write_records()
        session = self.session
        if self.stirred and self._is_newest():
            return self._stand()
        try:
            number = session.writer.commit(generation.manifest(session, label, self.components, self.encoded, self.items))
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
        if not self.session.moving.under_way:
            self.session.writer.collect()
        self.session.writer.sync(True)
        self.garbage = False

    def forget_all(self, execution):
        """The namespace is empty after this execution."""
        self.looks.forget_all(execution)
        self.newest = None

    def costs(self):
        """What the planner needs to know of each component."""
        return generation.costs(self.session, self.components, self.encoded)
