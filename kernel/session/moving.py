"""Both ends of a move to another host (docs/link.md). The relay asks, and owns the order; each verb answers one question.

    source: pack (save, say what there is) -> plan (against the target's facts) -> depart | return
    target: ahead (decode what is there)   -> arrive (bring back, compare) -> again (what replay did not make equal, stored) -> own

The target writes nothing into its store before it owns the session: until then a `LaterWriter` stands in for the writer.
"""

import logging
import os
import secrets
import sys
import time
from pathlib import Path

from kernelferry import _ferry, capsule
from kernelferry.replay import Ahead, files
from kernelferry.replay.ahead import may_come
from kernelferry.replay.loader import look_at

from . import commands, facts, report
from .arrival import Arrival
from .saver import packages

log = logging.getLogger("kernelferry.session")

LOOK_AGAIN = 0.002  # seconds between two looks for a blob that is on its way
NAMED = 5  # names, packages or files that a refusal spells out
RUNNING = ("IPython", "ipykernel", "kernelferry", "zmq", "tornado")  # not the session's own: what a kernel is made of


class LaterWriter:
    """Takes what is to be written and keeps it, until the session is owned."""

    def __init__(self, reader):
        self._reader, self.folder = reader, reader.folder
        self.records, self.fields, self.report = [], {}, None

    def info(self):
        return {**self._reader.info(), **self.fields}

    def append(self, record):
        self.records.append(record)

    def set(self, **fields):
        self.fields.update(fields)

    def set_report(self, data):
        self.report = data

    def sync(self, now=False):
        pass

    def close(self):
        pass

    def into(self, writer):
        """Writes down what was kept. Raises FerryError."""
        for record in self.records:
            writer.append(record)
        writer.set(**self.fields)
        if self.report is not None:
            writer.set_report(self.report)


class Awaiting:
    """A reader of a session whose blobs are on their way. The harbour ends this process when they do not come."""

    def __init__(self, reader, coming):
        self._reader, self._coming = reader, set(coming)

    def __getattr__(self, name):
        return getattr(self._reader, name)

    def blob(self, digest):
        while True:
            try:
                return self._reader.blob(digest)
            except _ferry.FerryError as error:
                if error.code != "not-found" or digest not in self._coming:
                    raise
            time.sleep(LOOK_AGAIN)


class Moving:
    def __init__(self, session):
        self.session = session
        self.away = False  # departed: the session belongs to another host
        self.lock_fd = -1
        self.packed = None
        self.arrival = None
        self.ahead = None  # what is decoded before the session arrives
        self.not_there = ""  # the working directory that it had
        self.token = ""

    def answer(self, content):
        """One ferry_move_request. Raises FerryError, CommandError."""
        verb = content["verb"]
        if verb not in ("pack", "plan", "depart", "return", "stay", "ahead", "arrive", "again", "own"):
            raise commands.CommandError("invalid", f"no such step of a move: {verb}")
        return getattr(self, "_" + verb)(content)

    # -- the source

    def _pack(self, content):
        session = self.session
        if session.config.save == "off":
            raise commands.CommandError("refused", "this session is never saved (FERRY_SAVE=off)", "set FERRY_SAVE to auto or manual")
        if content.get("early"):
            manifest = self._kept()
            if manifest is None:
                return {"settled": session.saver.rests or session.config.save != "auto"}
        else:
            session.rehearsal.stop()
            session.saver.replan()  # also what no cell changed: an expression that a front end evaluated, a thread
            manifest = session.keep()
            session.write_records()
            session.writer.sync(True)
        self.packed = manifest
        self.token = self.token or secrets.token_hex(8)
        self._mark().touch(mode=0o600)
        info = {key: value for key, value in session.writer.info().items() if key not in ("pid", "session", "image_rates")}
        info.update(session=session.sid, moved_to={"host": "", "time": time.time()})  # not owned there, until it is
        sizes = {entry.blob: entry.bytes for entry in manifest.components if entry.blob}
        sizes.update({item.blob: len(memoryview(session.store.read(session.sid).blob(item.blob))) for item in manifest.process if item.blob})
        return {"settled": True, "session": session.sid, "generation": manifest.generation, "manifest": f"gen-{manifest.generation:08d}",
                "epoch": int(info.get("epoch", 0)), "token": self.token, "info": info, "cwd": _directory(), "bytes": sizes, "items": [item.blob for item in manifest.process if item.blob],
                "packages": self._packages(), "files": self._files(), "comms": self._comms(),
                "image": self._image(manifest, content.get("system", False))}

    def _image(self, manifest, asked):
        """What a system image would say of this host, where one is asked for or must carry something; else None."""
        images = self.session.images
        self.image_wanted = asked or images.needed(manifest)
        self.image_lack = images.why_not() if self.image_wanted else None
        return images.describe() if self.image_wanted and self.image_lack is None else None

    def _kept(self):
        """The newest generation, if idle time has saved all that the last cell left; else that is hurried."""
        saver = self.session.saver
        keys = saver.components.keys()
        known = saver.clean and saver.newest is not None and {tuple(e.key) for e in saver.newest.components} == keys <= saver.encoded.keys()
        saver.hurry()
        return saver.newest if known else None

    def _mark(self):
        return Path(self.session.writer.folder) / f"moving-{self.token}"

    def _packages(self):
        return {name: version for name, version in packages().items()
                if name not in RUNNING and name != "__main__"}

    def _files(self):
        """Files that cells read, and that are here as they were read or changed since."""
        read = dict.fromkeys(os.path.abspath(each.path) for record in self.session.records() for each in files.reads(record))
        return [[path, *found] for path in read if not _of_system(path) and (found := facts.fingerprint(path))]

    def _comms(self):
        import comm
        return list(comm.get_comm_manager().comms)

    def _plan(self, content):
        session, there, policy = self.session, content["facts"], content["policy"]
        image = there.get("image") if self.image_wanted and self.image_lack is None else None
        lack = self.image_lack or (image and not image["ok"] and (f"{content['host']}: {image['what']}", image["remedy"]))
        price = self.session.images.price(max(content["bandwidth"], 1.0)) if image is not None and image["ok"] else None
        made = {p: _ferry.plan(session.graph, self._costs(), policy=p, bandwidth=max(content["bandwidth"], 1.0), have_source=True,
                               image=price, **session.wishes()) for p in ("store-first", "cheapest")}
        by_image = price is not None and (content["system"] or made[policy]["image"])
        replays = {} if by_image else {entry["key"]: entry["executions"] for entry in made[policy]["entries"] if entry["way"] == "replayed"}
        differences = self._differences(there, needs_files=bool(replays))
        stuck = {} if by_image else {name: entry for entry in self.packed.components if entry.way not in ("stored", "replayed")
                 or entry.way == "replayed" and tuple(entry.key) not in replays for name in entry.names}
        blobs = [item.blob for item in self.packed.process if item.blob]  # in the order in which they are loaded there
        newest_first = sorted(self.packed.components, key=lambda entry: -max(entry.executions or [0]))
        blobs += [entry.blob for entry in newest_first if entry.blob and (tuple(entry.key) not in replays or entry.exports)]
        refused = None
        if differences and not content["force"]:
            what = f"{content['host']} is not ready for this session: " + _some([d["what"] for d in differences])
            fixes = list(dict.fromkeys(d["remedy"] for d in differences))
            refused = {"what": what, "remedy": _some(fixes, "; ") + "; or move in spite of it with --force"}
        elif lack and content["system"]:
            refused = {"what": f"no system image can travel: {lack[0]}", "remedy": lack[1]}
        elif stuck and not (content["yes"] or content["force"]):
            names = _some([f"{name} ({entry.types.get(name, '').rpartition('.')[2]}: {entry.reason})" for name, entry in stuck.items()])
            refused = {"what": f"some variables cannot travel: {names}", "remedy": "delete them, or move without them with --yes"}
            if lack:
                refused["what"] += f"; and no system image can carry them: {lack[0]}"
                refused["remedy"] = f"{lack[1]}; or {refused['remedy']}" if lack[1] else refused["remedy"]
        result = commands.plan_result(session, self.packed, made, policy, content["host"])
        if by_image:
            self._tell_of_image(result, image["carry"], price)
        result.data.update(facts=there, bandwidth=content["bandwidth"], differences=differences)
        lines = [f"the wire carries {report.human_bytes(content['bandwidth'])} a second; {there['host']} has {there['cores']} cores, "
                 f"{report.human_bytes(there['memory'])} of memory and {report.human_bytes(there['disk'])} of disk free"]
        lines += [f"{d['what']}: {d['remedy']}" for d in differences]
        if lack and (spared := session.images.spared(self.packed)):
            lines.append(f"{_some(spared)}: a system image would be quicker than the cells that make them again, but {lack[0]}")
        result.lines += lines
        result.data["messages"] += lines
        return {"refused": refused, "image": {"carry": image["carry"]} if by_image else None, "replays": [[list(key), list(cells)] for key, cells in replays.items()], "blobs": list(dict.fromkeys(blobs)),
                "ahead": self._may_come(replays),
                "display": _bundle(result)}

    def _may_come(self, replays):
        """What the host may decode before the session is there; None where nothing is gained by that."""
        kept = {entry.blob for entry in self.packed.components if tuple(entry.key) not in replays}
        blobs = [blob for blob in may_come(self.packed) if blob in kept]
        modules = next((item.blob for item in self.packed.process if item.name == "modules"), None)
        return {"cwd": _directory(), "modules": modules, "blobs": blobs} if blobs else None

    @staticmethod
    def _tell_of_image(result, carry, price):
        """Everything travels in it, also what could be stored."""
        size, take, bring = price
        for entry in result.data["variables"].values():
            if entry["way"] != "image":
                other = {"way": entry["way"], "seconds": entry["seconds"]}
                entry.update(way="image", code="fits", reason="travels in the system image of the whole process", bytes=0, seconds=bring, cells=[], alternative=other)
        result.data.update(bytes_moved=result.data["bytes"] + size, seconds=take + bring, totals={"bytes": size, "save_s": take, "restore_s": bring})
        result.title = (f"Plan: a system image with all {len(result.data['variables'])} variables, {report.human_bytes(size)}, "
                        f"there in about {report.human_seconds(take + bring)}")
        result.lines = [f"{len(carry)} mapped files that the host lacks or has in other builds come along: {_some(carry)}"] if carry else []
        result.data["messages"] = [result.title, *result.lines]
        result.table = report.variable_table(result.data["variables"])

    def _costs(self):
        """What others need of a component is known by its blob, so that it travels stored."""
        costs = self.session.saver.costs()
        for entry in self.packed.components:
            cost = costs.get(tuple(entry.key))
            if cost is not None and entry.exports:
                costs[tuple(entry.key)] = _ferry.Cost(bytes=entry.bytes, store_seconds=entry.seconds, load_seconds=entry.seconds,
                                                      storable=entry.way == "stored", reason=entry.reason, opaque=bool(entry.opaque), pinned=True)
        return costs

    def _differences(self, there, needs_files):
        found, install = [], f"{there['executable']} -m pip install"
        if there["python"].split(".")[:2] != list(map(str, sys.version_info[:2])):
            found.append({"what": f"Python is {there['python']} there and {sys.version.split()[0]} here", "remedy": "install CPython 3.11 there"})
        for name, here in self._packages().items():
            other = there["packages"].get(name)
            wanted = facts.version(name) or here
            if other is None:
                found.append({"what": f"{name} {wanted} is missing", "remedy": f"{install} {name}=={wanted}"})
            elif other and wanted and other != wanted:
                found.append({"what": f"{name} is {other} there and {wanted} here", "remedy": f"{install} {name}=={wanted}"})
        for path, *here in self._files() if needs_files else ():
            other = there["files"].get(path)
            if other != here:
                state = "missing" if other is None else "different"
                found.append({"what": f"{path}, which a cell reads that would run again there, is {state}", "remedy": f"scp {path} there"})
        need = sum(entry.bytes for entry in self.packed.components)
        if there["memory"] is not None and need > there["memory"]:
            found.append({"what": f"the variables need {report.human_bytes(need)} of memory", "remedy": "choose a host with more memory"})
        if need > there["disk"]:
            found.append({"what": f"the variables need {report.human_bytes(need)} of disk", "remedy": f"free some space for {there['store']}"})
        return found

    def _depart(self, content):
        """The session belongs to the other host from here on. What changed since it was packed keeps it here."""
        session = self.session
        if not session.saver.clean or session.saver.newest.generation != self.packed.generation:
            raise commands.CommandError("aborted", "the session changed while it was on its way", "try again")
        look = look_at(session.walker, session.user_names())
        saved = {tuple(entry.key): entry.fingerprint for entry in self.packed.components if not entry.opaque}
        now = {tuple(c.key): c.fingerprint for c in look.components}
        moved = sorted(name for key, fingerprint in saved.items() if now.get(key) != fingerprint for name in key)
        if moved:
            raise commands.CommandError("aborted", f"{_some(moved)} changed while the session was on its way",
                                        "a thread or task of the session goes on; end it first")
        session.writer.set(epoch=content["epoch"], moved_to={"host": content["host"], "time": time.time()})
        session.writer.sync(True)
        session.writer.close()
        session.writer, self.away = LaterWriter(session.store.read(session.sid)), True
        return self._stay()

    def _return(self, content):
        session = self.session
        session.writer = session.store.write(session.sid)
        session.writer.set(epoch=content["epoch"], moved_to=None)
        self.away = False
        return {}

    def _stay(self, _=None):
        """The move is over before the session departed."""
        if self.token:
            self._mark().unlink(missing_ok=True)
            self.token = ""
            self.session.saver.garbage = not self.away  # what was kept for the host
        return {}

    # -- the target

    def _ahead(self, content):
        """Before the session arrives: imports, and what cells that still run will probably leave alone."""
        session = self.session
        reader = session.store.read(session.sid)
        if self.ahead is None:
            self.ahead = Ahead(session.namespace)
        self._go_to(content["cwd"])
        if content["modules"]:
            capsule.prepare(session.shell, [("modules", bytes(memoryview(reader.blob(content["modules"]))))])
            session.see_modules()
        self.ahead.decode(reader, content["blobs"])
        return {"decoded": len(self.ahead.decoded)}

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

    def _arrive(self, content):
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
            raise commands.CommandError("aborted", "the session did not come back whole there", "see the engine's log on that host")
        self.comms = content["comms"]
        self._reconnect_widgets()
        return self._outcome(again=True)

    def _set_out(self, content):
        session = self.session
        if self.ahead is not None:
            self._know_anew()
        reader = Awaiting(session.store.read(session.sid), content["blobs"])
        manifest, records = reader.generation(content["generation"]), reader.records()
        entries, replays = list(manifest.components), {tuple(key): cells for key, cells in content["replays"]}
        for entry in entries:
            if tuple(entry.key) in replays:
                entry.way, entry.executions = "replayed", replays[tuple(entry.key)]
        manifest.components = entries
        session.arrivals._go_on_counting(manifest, records)
        return Arrival(session, reader, records, manifest, ahead=self.ahead)

    def _again(self, _):
        """What replay did not make equal has come from the source's store after all: everything once more, with that loaded."""
        arrival = self.arrival
        arrival.other.update({key: ("stored", f"{why}; the source sent its stored form", code) for key, (why, code) in self.retry.items()})
        arrival._forget({name for key in arrival.loader.states for name in key})
        arrival._set_out()
        arrival.done = False
        self.session.arrivals.finish()
        self._reconnect_widgets()
        return self._outcome(again=False)

    def _outcome(self, again):
        data = self.arrival.data()
        admitted = {name: entry for name, entry in data["variables"].items() if report.admitted(entry)}
        states = self.arrival.loader.states
        self.retry = {key: (state.reason or "replayed, it came back different", state.code) for key, state in states.items()
                      if again and state.entry.blob and key not in self.arrival.other and self.arrival._replay_failed(state)}
        lost_before = {name for state in states.values() if state.entry.way not in ("stored", "replayed") for name in state.entry.names}
        known = {name for state in states.values() if state.entry.code == "differs" for name in state.entry.names}
        failed = [name for name in admitted if name not in lost_before and name not in known]
        silent = [c for c in self.comms if c not in self._comms()]
        result = self.arrival.result()
        lines = [f"the working directory {self.not_there} is not on this host; the session is in {os.getcwd()} now"] if self.not_there else []
        if silent:
            lines.append(f"{len(silent)} widgets that no variable holds stay behind; run their cells again to have them back")
        result.lines += lines
        result.data["messages"] += lines
        return {"retry": [states[key].entry.blob for key in self.retry], "failed": failed,
                "failed_text": _some([f"{name} ({report.brief(admitted[name])})" for name in failed]), "display": _bundle(result)}

    @staticmethod
    def _reconnect_widgets():
        """ipywidgets finds a widget by its id in a table of its own, which is the library's and does not travel."""
        import comm
        widgets = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", None)
        for key, opened in comm.get_comm_manager().comms.items():
            owner = getattr(getattr(opened, "_msg_callback", None), "__self__", None)
            if widgets is not None and owner is not None and getattr(owner, "comm", None) is opened:
                widgets[key] = owner

    def _own(self, content):
        session = self.session
        if int(session.info.get("epoch", 0)) >= content["epoch"] and not session.writer.info().get("moved_to"):
            raise commands.CommandError("refused", "this host has a later state of the session", "open it there")
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


def _directory():
    """The working directory; "" where it has been removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _of_system(path):
    """Files that belong to an installation, and come with packages."""
    return path.startswith((sys.prefix, sys.base_prefix + "/lib", "/usr/", "/etc/", "/proc/", "/sys/", "/dev/", "/lib"))


def _some(texts, between=", "):
    texts = list(texts)
    return between.join(texts[:NAMED]) + (f" and {len(texts) - NAMED} more" if len(texts) > NAMED else "")


def _bundle(result):
    return {"text/plain": repr(result), "text/html": result._repr_html_(), "application/json": result.data}
