"""The source's end of a move: what leaves, and whose the session is while it is on its way."""

import os
import time
from pathlib import Path

from kernelferry.replay.loader import look_at

from . import report, surroundings
from .errors import CommandError
from .stand_ins import LaterWriter


class Source:
    def __init__(self, session):
        self.session = session
        self.away = False  # departed: the session belongs to another host
        self.packed = None  # the manifest of what is on its way
        self.token = ""  # names the mark in the session's folder that keeps its blobs until the move is over
        self.by_image = False  # whether a system image of it can travel
        self.image_lack = None  # (what, remedy) where one is wanted and cannot

    def pack(self, content):
        session = self.session
        if session.config.save == "off":
            raise CommandError("refused", "this session is never saved (FERRY_SAVE=off)", "set FERRY_SAVE to auto or manual")
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
        self.token = self.token or os.urandom(8).hex()
        self._mark().touch(mode=0o600)
        info = {key: value for key, value in session.writer.info().items() if key not in ("pid", "session", "image_rates")}
        info.update(session=session.sid, moved_to={"host": "", "time": time.time()})  # not owned there, until it is
        sizes = {entry.blob: entry.bytes for entry in manifest.components if entry.blob}
        sizes.update({item.blob: len(memoryview(session.store.read(session.sid).blob(item.blob))) for item in manifest.process if item.blob})
        return {"settled": True, "session": session.sid, "generation": manifest.generation, "manifest": f"gen-{manifest.generation:08d}",
                "epoch": int(info.get("epoch", 0)), "token": self.token, "info": info, "cwd": surroundings.directory(), "bytes": sizes,
                "items": [item.blob for item in manifest.process if item.blob], "packages": surroundings.own_packages(),
                "files": surroundings.read_files(session), "comms": surroundings.comms(),
                "image": self._image(manifest, content.get("system", False))}

    def _image(self, manifest, asked):
        """What a system image would say of this host, where one is asked for or must carry something; else None."""
        images = self.session.images
        wanted = asked or images.needed(manifest)
        self.image_lack = images.why_not() if wanted else None
        self.by_image = wanted and self.image_lack is None
        return images.describe_for_move() if self.by_image else None

    def image(self, content):
        """For an engine on another host than its notebook's that is told to end here, or at a checkpoint, which has saved: what a
        system image of it would say of this host, or null where none is needed or can be taken; `lack` says why not."""
        images, checkpoint = self.session.images, content.get("checkpoint", False)
        if not checkpoint and not self.session.saver.clean:
            self.session.keep()
        needed = checkpoint or images.wanted_at_end()
        lack = images.why_not() if needed else None
        return {"image": images.describe() if needed and lack is None else None,
                "lack": lack and {"code": "refused", "what": lack[0], "remedy": lack[1]}}

    def _kept(self):
        """The newest generation, if idle time has saved all that the last cell left; else that is hurried."""
        saver = self.session.saver
        keys = saver.components.keys()
        known = saver.clean and saver.newest is not None and {tuple(e.key) for e in saver.newest.components} == keys <= saver.encoded.keys()
        saver.pace.hurry()
        return saver.newest if known else None

    def _mark(self):
        return Path(self.session.writer.folder) / f"moving-{self.token}"

    def plan(self, content):
        """What is to travel by which way, against what the target has."""
        from .move_plan import MovePlan  # here: no start of a kernel waits for it
        return MovePlan(self.session, self.packed, content, self.by_image, self.image_lack).answer()

    def depart(self, content):
        """The session belongs to the other host from here on. What changed since it was packed keeps it here."""
        session = self.session
        if not session.saver.clean or session.saver.newest.generation != self.packed.generation:
            raise CommandError("aborted", "the session changed while it was on its way", "try again")
        look = look_at(session.walker, session.user_names())
        saved = {tuple(entry.key): entry.fingerprint for entry in self.packed.components if not entry.opaque}
        now = {tuple(c.key): c.fingerprint for c in look.components}
        moved = sorted(name for key, fingerprint in saved.items() if now.get(key) != fingerprint for name in key)
        if moved:
            raise CommandError("aborted", f"{report.some(moved)} changed while the session was on its way",
                               "a thread or task of the session goes on; end it first")
        session.writer.set(epoch=content["epoch"], moved_to={"host": content["host"], "time": time.time()})
        session.writer.sync(True)
        session.writer.close()
        session.writer, self.away = LaterWriter(session.store.read(session.sid)), True
        return self.stay()

    def return_(self, content):
        session = self.session
        session.writer = session.store.write(session.sid)
        session.writer.set(epoch=content["epoch"], moved_to=None)
        self.away = False
        return {}

    def stay(self, _=None):
        """The move is over before the session departed."""
        if self.token:
            self._mark().unlink(missing_ok=True)
            self.token = ""
            self.session.saver.garbage = not self.away  # what was kept for the host
        return {}
