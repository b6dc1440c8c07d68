"""Rehearsal: a generation is brought back in a scratch engine while nobody waits, and compared.

A backup that was never restored is not a backup. The scratch engine is an ordinary one (`--start rehearse`) on a store of
its own: a copy of the session whose blobs are hard links. It resumes, compares every component with its fingerprint as
any resume does, leaves its report there, and is gone without having run an exit function. It must not be felt: one at a
time, lowest priority, only where memory is plentiful and no battery runs down, killed when it takes too long, and resting
after each for many times what it took. What user code of its own decides (wait(), the process group, the list of children)
does not meet it: it is no child of this engine.
"""

import contextlib
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from json import dumps, loads
from pathlib import Path

from . import fatal
from .report import admitted, human_seconds

log = logging.getLogger("kernelferry.session")

LATER = 600.0  # seconds until one that could not begin is tried again
REST = 50.0  # so many times its own length until the next
POLL = 0.25  # seconds between two looks at a running one
LEAST, FACTOR = 120.0, 5.0  # it may take so many seconds, or so many times what the recorded cells and loads took
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
        lack = unfit(newest.bytes)
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
        self.run = Run(self.session, manifest)

    def _take(self):
        run, self.run = self.run, None
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
        """Rehearses the newest generation while the caller waits; its outcome. Raises OSError, KeyboardInterrupt."""
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


class Run:
    """One scratch engine, from its store to its report."""

    def __init__(self, session, manifest):
        self.manifest, self.begun = manifest, time.monotonic()
        self.folder = Path(tempfile.mkdtemp(prefix=f"rehearsal-{session.sid}-", dir=session.config.home))
        self.sockets, self.pidfd = tempfile.mkdtemp(prefix="ferry-"), -1
        self.report, self.output = self.folder / "sessions" / session.sid / "report.json", self.folder / "output"
        try:
            self._copy(Path(session.writer.folder), self.report.parent)
            self._start(session)
        except BaseException:
            self._clear()
            raise

    def _copy(self, source, target):
        """The generation, its blobs as hard links, the log, and session.json."""
        (target / "blobs").mkdir(parents=True, mode=0o700)
        for blob in {b for entry in (*self.manifest.components, *self.manifest.process) if (b := entry.blob)}:
            link = target / "blobs" / blob[:2] / blob
            link.parent.mkdir(exist_ok=True, mode=0o700)
            os.link(source / "blobs" / blob[:2] / blob, link)
        for name in (f"gen-{self.manifest.generation:08d}", "log", "session.json"):
            shutil.copy2(source / name, target / name)

    def _start(self, session):
        connection = Path(self.sockets) / "c.json"
        ports = {f"{channel}_port": number for number, channel in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)}
        connection.write_text(dumps({"transport": "ipc", "ip": self.sockets + "/s", "key": os.urandom(16).hex(),
                                          "signature_scheme": "hmac-sha256", **ports}))
        recorded = sum(r.duration_us for r in session.records() if r.execution <= self.manifest.executions) / 1e6
        limit = max(LEAST, FACTOR * (recorded + sum(entry.seconds for entry in self.manifest.components)))
        engine = [sys.executable, "-m", "kernelferry.engine", "-f", str(connection), "--session", session.sid, "--start", "rehearse"]
        # timeout leads a process group of its own, which kill() ends; the shell between ends at once.
        command = ["nice", "-n", "19", "timeout", "-s", "KILL", str(int(limit)), *engine]
        environment = {**session.environ, "FERRY_HOME": str(self.folder), "FERRY_SAVE": "off",
                       "PYTHONHASHSEED": str(session.info.get("hash_seed", 0))}
        environment.pop("FERRY_RELAY_PID", None)
        shell = subprocess.run(["setsid", "sh", "-c", '"$@" >"$0" 2>&1 & echo $!', str(self.output), *command], env=environment,
                               cwd=session.began_in, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        self.pid = int(shell.stdout)
        self.pidfd = os.pidfd_open(self.pid)

    def ended(self):
        return bool(select.select([self.pidfd], [], [], 0)[0])

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._clear()

    def outcome(self, note=None):
        """What the ended run showed; note: of the cell in which it ended (fatal.py): {time, seconds, names, equal, opaque, different: {name: why}, replays: {key: [fingerprint,
        equal]}, failure: "" or why there was no report}. Removes its store."""
        proof = {"time": time.time(), "seconds": round(time.monotonic() - self.begun, 3), "names": 0, "equal": 0, "opaque": 0,
                 "different": {}, "replays": {}, "failure": ""}
        try:
            variables = loads(self.report.read_text())["variables"]
        except (OSError, ValueError, KeyError) as error:
            tail = self.output.read_text(errors="replace")[-2000:] if self.output.exists() else ""
            log.warning("a rehearsal of generation %d left no report (%s)\n%s", self.manifest.generation, error, tail)
            proof["failure"], variables = f"cell [{note['cell']}] {note['why']}" if note else "the scratch engine ended before it had brought the session back", {}
        for entry in self.manifest.components if variables else ():
            promised = entry.names if entry.way in ("stored", "replayed") and entry.code != "differs" else ()
            found = {name: variables.get(name) or {"way": "lost", "verified": None, "reason": "it is not in the report"} for name in promised}
            bad = {name: e.get("reason") or e["way"] for name, e in found.items() if admitted(e) or e["way"] != entry.way}  # not as planned: another way was found
            proof["names"] += len(found)
            proof["different"].update(bad)
            proof["equal"] += sum(name not in bad and e.get("verified") is True for name, e in found.items())
            proof["opaque"] += sum(name not in bad and e.get("verified") is None for name, e in found.items())
            if entry.way == "replayed" and found:
                equal = not bad and all(e.get("verified") is True for e in found.values())
                proof["replays"][" ".join(entry.key)] = [entry.fingerprint, equal]
        self._clear()
        return proof

    def _clear(self):
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


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


def unfit(size):
    """Why this machine should not rehearse a generation of so many bytes now; "" if it may."""
    free = available_memory()
    if free is not None and free < SPARE + TWICE * size:
        return "memory is short"
    supplies = Path("/sys/class/power_supply")
    online = [path.read_text().strip() for path in supplies.glob("*/online")] if supplies.is_dir() else []
    if online and "1" not in online:
        return "it runs on battery"
    return ""


def available_memory():
    """Bytes that this process may still use, by the machine and by its control group; None where neither says."""
    found = []
    with contextlib.suppress(OSError, StopIteration):
        line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable:"))
        found.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError, IndexError):
        group = Path("/sys/fs/cgroup") / Path("/proc/self/cgroup").read_text().splitlines()[-1].split("::", 1)[1].lstrip("/")
        found.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    return min(found, default=None)
