"""The target's end of a move: the session comes back, is compared, and is owned here.

Nothing is written into this host's store before that: until then a `LaterWriter` stands in for the writer.
"""

import os
import sys
import time

from kernelferry import capsule
from kernelferry.replay import Ahead

from . import report, surroundings
from .arrival import Arrival
from .errors import CommandError
from .stand_ins import Awaiting


class Target:
    def __init__(self, session):
        self.session = session
        self.lock_fd = -1  # that holds the session's folder for this process
        self.arrival = None
        self.decoded = None  # Ahead: what is decoded before the session arrives
        self.not_there = ""  # the working directory that it had
        self.comms = []  # that were open at the source
        self.spare = set()  # keys of what is made again here and could be sent by the source after all
        self.retry = {}  # key -> (why, code): of these, what did not come back as it was

    def ahead(self, content):
        """Before the session arrives: imports, and what cells that still run will probably leave alone."""
        session = self.session
        reader = session.store.read(session.sid)
        if self.decoded is None:
            self.decoded = Ahead(session.namespace)
        self._go_to(content["cwd"])
        if content["modules"]:
            capsule.prepare(session.shell, [("modules", bytes(memoryview(reader.blob(content["modules"]))))])
            session.see_modules()
        self.decoded.decode(reader, content["blobs"])
        return {"decoded": len(self.decoded.decoded)}

    def _go_to(self, directory):
        """Where the session was in its working directory, which no item of its process state names, it is in that here, too."""
        self.not_there = ""
        try:
            os.chdir(directory)
        except OSError:
            self.not_there = directory if directory else ""

    def _know_anew(self):
        """The log and session.json as they are now: this process may have started before the newest cells ran."""
        session = self.session
        session.info.update(session.store.read(session.sid).info())
        session.read_log()

    def arrive(self, content):
        session = self.session
        arrivals = session.arrivals
        if content.get("image"):  # it is all there, and was compared
            self.arrival = arrivals.current
        else:
            self._go_to(content["cwd"])
            arrivals.current = self.arrival = self._set_out(content)
        arrivals.told = True
        arrivals.finish()
        if arrivals.current.broken:
            raise CommandError("aborted", "the session did not come back whole there", "see the engine's log on that host")
        self.comms = content["comms"]
        self._reconnect_widgets()
        return self._outcome()

    def _set_out(self, content):
        session = self.session
        if self.decoded is not None:
            self._know_anew()
        reader = Awaiting(session.store.read(session.sid), content["blobs"])
        manifest, records = reader.generation(content["generation"]), reader.records()
        entries, replays = list(manifest.components), {tuple(key): cells for key, cells, _ in content["replays"]}
        self.spare = {tuple(key) for key, _, spare in content["replays"] if spare}
        for entry in entries:
            if tuple(entry.key) in replays:
                entry.way, entry.executions = "replayed", replays[tuple(entry.key)]
        manifest.components = entries
        session.arrivals.go_on_counting(manifest, records)
        return Arrival(session, reader, records, manifest, ahead=self.decoded)

    def again(self, _):
        """What replay did not make as it was has come from the source's store after all: everything once more, with that loaded."""
        self.arrival.set_out_anew({key: ("stored", f"{why}; the source sent its stored form", code) for key, (why, code) in self.retry.items()})
        self.session.arrivals.finish()
        self._reconnect_widgets()
        return self._outcome()

    def _outcome(self):
        data = self.arrival.data()
        admitted = {name: entry for name, entry in data["variables"].items() if report.admitted(entry)}
        states = self.arrival.loader.states
        self.retry = {key: why for key, why in self.arrival.not_made_again().items() if key in self.spare}
        lost_before = {name for state in states.values() if state.entry.way not in ("stored", "replayed") for name in state.entry.names}
        known = {name for state in states.values() if state.entry.code == "differs" for name in state.entry.names}
        failed = [name for name in admitted if name not in lost_before and name not in known]
        silent = [c for c in self.comms if c not in surroundings.comms()]
        result = self.arrival.result()
        lines = [f"the working directory {self.not_there} is not on this host; the session is in {os.getcwd()} now"] if self.not_there else []
        if silent:
            lines.append(f"{len(silent)} widgets that no variable holds stay behind; run their cells again to have them back")
        result.lines += lines
        result.data["messages"] += lines
        return {"retry": [states[key].entry.blob for key in self.retry], "failed": failed,
                "failed_text": report.some([f"{name} ({report.brief(admitted[name])})" for name in failed]), "display": report.bundle(result)}

    @staticmethod
    def _reconnect_widgets():
        """ipywidgets finds a widget by its id in a table of its own, which is the library's and does not travel."""
        import comm
        widgets = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", None)
        for key, opened in comm.get_comm_manager().comms.items():
            owner = getattr(getattr(opened, "_msg_callback", None), "__self__", None)
            if widgets is not None and owner is not None and getattr(owner, "comm", None) is opened:
                widgets[key] = owner

    def own(self, content):
        session = self.session
        if int(session.info.get("epoch", 0)) >= content["epoch"] and not session.writer.info().get("moved_to"):
            raise CommandError("refused", "this host has a later state of the session", "open it there")
        later, session.writer = session.writer, session.store.write(session.sid, self.lock_fd)
        try:
            later.into(session.writer)
            self.arrival._remember()
            session.saver.replan()
            session.keep()
            session.writer.set(epoch=content["epoch"], moved_to=None, ended="", resuming=False, life=session.life, started=time.time(),
                               pid=session.images.pid, python=sys.version.split()[0])
            session.writer.sync(True)
        except Exception:
            session.writer.close()
            session.writer = later
            raise
        session.arrivals.offered = (session.store.read(session.sid), session.store.read(session.sid).records())
        return {"generation": session.saver.newest.generation}
