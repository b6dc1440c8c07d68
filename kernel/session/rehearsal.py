"""Rehearsal: a generation is brought back in a scratch engine while nobody waits, and compared.

A backup that was never restored is not a backup. The scratch engine is an ordinary one (`--start rehearse`) on a store of
its own: a copy of the session whose blobs are hard links. It resumes, compares every component with its fingerprint as
any resume does, leaves its report there, and is gone without having run an exit function. It must not be felt: one at a
time, lowest priority, only where memory is plentiful and no battery runs down, ended when it takes too long or memory gets low,
and resting after each for many times what it took. What user code of its own decides (wait(), the process group, the list of children)
does not meet it: it is no child of this engine.
"""

import logging
import time
from pathlib import Path

from kernelferry import _ferry

from . import fatal
from .report import human_seconds

log = logging.getLogger("kernelferry.session")

LATER = 600.0  # seconds until one that could not begin is tried again
REST = 50.0  # so many times its own length until the next
POLL = 0.25  # seconds between two looks at a running one
SPARE, TWICE = 512 * 2**20, 2.5  # bytes of memory that must stay free beside so many times the generation


class Rehearsal:
    """When a rehearsal runs, and what it showed. `proofs`: generation -> outcome (docs/format.md, session.json)."""

    def __init__(self, session):
        self.session = session
        self.proofs = {int(number): proof for number, proof in (session.info.get("proofs") or {}).items()}
        self.run = None
        self.not_before = 0.0

    # -- in idle time

    def slice(self):
        """Looks after the running one, or begins one that is due. Never has more to do at once."""
        if self.run is not None:
            if self.run.ended():
                self._take()
        elif self._due() is not None and self._due() <= 0:
            self._try()

    def deadline(self):
        """Seconds until slice() should be called; None: nothing to rehearse."""
        return POLL if self.run is not None else self._due()

    def _due(self):
        newest, quiet = self.session.saver.newest, self.session.config.rehearse
        if quiet is None or newest is None or not newest.generation or newest.generation in self.proofs:
            return None
        if not self.session.saver.clean or self.session.arrivals.busy or self.session.start == "rehearse":
            return None
        return max(0.0, self.not_before - time.monotonic(), self.session.saver.pace.ran + quiet - time.monotonic())

    def _try(self):
        newest = self.session.saver.newest
        lack = unfit(newest.bytes, self.session.config.memory)
        if lack:
            log.info("generation %d is not rehearsed: %s", newest.generation, lack)
            self.not_before = time.monotonic() + LATER
            return
        try:
            self.begin(newest)
        except OSError as error:
            log.warning("generation %d cannot be rehearsed: %s", newest.generation, error)
            self.not_before = time.monotonic() + LATER

    # -- one rehearsal

    def begin(self, manifest):
        """Raises OSError where it cannot be started: no room, or a file system without hard links."""
        self.run = load()(self.session, manifest)

    def _take(self):
        run, self.run = self.run, None
        if run.starved():
            run.clear()
            log.info("generation %d was not rehearsed: memory ran short", run.manifest.generation)
            self.not_before = time.monotonic() + LATER
            return None
        note = fatal.read(run.report.parent)
        proof = run.outcome(note)
        if note is not None:
            self.session.fatal.learn(note)
            self.session.fatal.came_back()  # no engine of the session's ended
        self.not_before = time.monotonic() + REST * proof["seconds"]
        self.proofs[run.manifest.generation] = proof
        kept = {m.generation for m in self.session.store.read(self.session.sid).generations()}
        self.proofs = {number: p for number, p in self.proofs.items() if number in kept}
        self.session.remember(proofs={str(number): p for number, p in self.proofs.items()})
        if note is not None or self._distrusted(run.manifest, proof):
            self.session.saver.replan()  # what failed to come back by replay is stored from now on
        return proof

    def now(self):
        """Rehearses the newest generation while the caller waits; its outcome, None where memory ran short. Raises OSError,
        KeyboardInterrupt."""
        if self.run is None:
            self.begin(self.session.saver.newest)
        try:
            while not self.run.ended():
                time.sleep(POLL / 5)
        except KeyboardInterrupt:
            self.stop()
            raise
        return self._take()

    def stop(self):
        """Ends a running one without an outcome."""
        if self.run is not None:
            self.run.kill()
            self.run = None

    @staticmethod
    def _distrusted(manifest, proof):
        return [e for e in manifest.components if e.way == "replayed" and e.blob and set(e.names) & set(proof["different"])]

    def verdict(self, key, fingerprint):
        """True: a replay of this very component came back equal in a rehearsal; False: it did not; None: never tried."""
        for proof in self.proofs.values():
            tried = proof["replays"].get(" ".join(key))
            if tried and tried[0] == fingerprint:
                return tried[1]
        return None


def load():
    """The class of what runs; no start of a kernel waits for it."""
    from .rehearsal_run import Run
    return Run


def proved(proof):
    """Whether everything that was promised came back, as far as it can be compared."""
    return bool(proof) and not proof["failure"] and not proof["different"]


def in_words(number, proof):
    if proof["failure"]:
        return f"generation {number} could not be rehearsed: {proof['failure']}"
    text = f"generation {number} was rehearsed: {proof['equal']} of {proof['names']} names came back equal"
    if proof["opaque"]:
        text += f", {proof['opaque']} cannot be compared"
    if proof["different"]:
        text += ", not: " + ", ".join(f"{name} ({why})" for name, why in proof["different"].items())
    return text + f" ({human_seconds(proof['seconds'])})"


def unfit(size, own):
    """Why this machine should not rehearse a generation of so many bytes now; "" if it may. own: FERRY_MEMORY in bytes, 0: none."""
    free = _ferry.memory_left(own)
    if free is not None and free < SPARE + TWICE * size:
        return "memory is short"
    supplies = Path("/sys/class/power_supply")
    online = [path.read_text().strip() for path in supplies.glob("*/online")] if supplies.is_dir() else []
    if online and "1" not in online:
        return "it runs on battery"
    return ""
