"""The scratch engine of one rehearsal (rehearsal.py): its store, its start, and what its report shows."""

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

from kernelferry import _ferry

from .report import admitted

log = logging.getLogger("kernelferry.session")

LEAST, FACTOR = 120.0, 5.0  # it may take so many seconds, or so many times what the recorded cells and loads took


def short(folder):
    """The file in the session's folder with which a scratch engine ends when memory is low (util/overdue.h)."""
    return Path(folder) / "short"


class Run:
    """One scratch engine, from its store to its report."""

    def __init__(self, session, manifest):
        self.manifest, self.begun, self._kills = manifest, time.monotonic(), _ferry.out_of_memory_kills()
        self.folder = Path(tempfile.mkdtemp(prefix=f"rehearsal-{session.sid}-", dir=session.config.home))
        self.sockets, self.pidfd = tempfile.mkdtemp(prefix="ferry-"), -1
        self.report, self.output = self.folder / "sessions" / session.sid / "report.json", self.folder / "output"
        try:
            self._copy(Path(session.writer.folder), self.report.parent)
            self._start(session)
        except BaseException:
            self.clear()
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
        # The first that the system ends for want of memory, where it must end one.
        start = 'echo 1000 >/proc/self/oom_score_adj; "$@" >"$0" 2>&1 & echo $!'
        shell = subprocess.run(["setsid", "sh", "-c", start, str(self.output), *command], env=environment,
                               cwd=session.began_in, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        self.pid = int(shell.stdout)
        self.pidfd = os.pidfd_open(self.pid)

    def ended(self):
        return bool(select.select([self.pidfd], [], [], 0)[0])

    def starved(self):
        """Whether the ended run had no report to leave because memory ran short, which proves nothing."""
        return not self.report.exists() and (short(self.report.parent).exists() or _ferry.out_of_memory_kills() > self._kills)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.clear()

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
        self.clear()
        return proof

    def clear(self):
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)
