"""System images of this session: whether one is wanted and possible, standing still for it, and coming back in one.

An image is taken when a variable can neither be stored nor made again, or running its cells again would take longer, and
this machine has a way (docs/images.md): by %checkpoint, %suspend and a shutdown. It belongs to a generation, whose state it is; the generation is saved first, and
stands alone if the image fails. A process that came back from an image looks over its variables before it serves
anybody: what differs from the generation, though nothing ran since, makes it give up, and the relay brings the session
back from what was stored.
"""

import os
import time
from pathlib import Path

from kernelferry import _ferry
from kernelferry.objects import threads
from kernelferry.replay.loader import look_at, verdict

from . import report
from .arrival import Arrival
from .moving import Moving
from .stand_ins import LaterWriter

RATE = 400e6  # bytes a second at which an image is taken and brought back, until that was measured here
LEAST = 0.5  # seconds for each of the two
UNASKED = {"what": "its kernel, or the wire to it, was gone before it asked for one", "remedy": "%checkpoint takes one beforehand"}


class Images:
    def __init__(self, session):
        self.session = session
        self._probe = None
        self.pid = os.getpid()  # of this process for others; of one that came back in an image its keeper's
        self.failure = None  # of the last image that was tried: {code, what, remedy}

    def folder(self):
        return self.session.writer.folder

    # -- whether

    def probe(self):
        if self._probe is None:
            self._probe = _ferry.image_probe(str(self.session.config.criu))
        return self._probe

    def why_not(self):
        """(what, remedy) that stand in the way of an image of this kernel, or None."""
        if getattr(self.session.shell, "ferry_take_image", None) is None:
            return "this kernel was started without its relay", "start it from Jupyter"
        probe = self.probe()
        if probe["dump"] != "none" and probe["restore"]:
            return None
        return next((f["what"], f["remedy"]) for f in probe["findings"] if not f["good"])

    def price(self, bandwidth=None):
        """(bytes, seconds until it is where it comes back, seconds to bring it back), as far as that can be told; over a wire of
        `bandwidth` bytes a second. What was measured is remembered with the session."""
        size, measured = _ferry.image_memory(), self.session.info.get("image_rates") or {}
        take, bring = (max(LEAST, size / measured.get(what, RATE)) for what in ("take", "bring"))
        return size, take + (size / bandwidth if bandwidth else 0), bring

    def planned(self):
        """The price, for the planner, where something cannot be stored and an image could be taken; else None."""
        return self.price() if any(e.error for e in self.session.saver.encoded.values()) and self.why_not() is None else None

    def _measured(self, what, size, seconds):
        rates = {**(self.session.info.get("image_rates") or {}), what: size / max(seconds, 0.01)}
        self.session.info["image_rates"] = rates
        self.session.writer.set(image_rates=rates)

    @staticmethod
    def carried(manifest):
        """The names that only an image carries."""
        return [name for entry in manifest.components if entry.way == "image" for name in entry.names]

    @staticmethod
    def spared(manifest):
        """The names that cells must run again for without an image, which takes longer."""
        return [name for entry in manifest.components if entry.code == "image-cheaper" for name in entry.names]

    @classmethod
    def needed(cls, manifest):
        return bool(cls.carried(manifest) or cls.spared(manifest))

    def wanted_at_end(self):
        """Whether the end of this life takes something that an image would bring back; not of a session that nobody will open again."""
        session, newest = self.session, self.session.saver.newest
        return session.config.save != "off" and newest is not None and not session.anonymous and self.needed(newest)

    def image_wanted(self):
        return self.wanted_at_end() and self.why_not() is None

    def image_blockers(self, folder):
        return _ferry.image_preflight(folder, self.probe()["dump"])

    # -- taking one

    def take(self, manifest, forced):
        """An image of the generation that was just saved, where one is needed or `forced` -> {bytes, seconds}, None where none
        is needed, or {code, what, remedy}: why there is none."""
        if not forced and not self.needed(manifest):
            return None
        lack = self.why_not()
        if lack is not None:
            return {"code": "refused", "what": lack[0], "remedy": lack[1]}
        try:
            image = self.session.shell.ferry_take_image()["image"]
        except Exception as error:  # the engine's own: its preflight
            if not hasattr(error, "code"):
                raise
            return {"code": error.code, "what": error.what or str(error), "remedy": error.remedy}
        if image["ok"]:
            self._measured("take", image["bytes"], image["seconds"])
        return {key: image[key] for key in (("bytes", "seconds") if image["ok"] else ("code", "what", "remedy"))}

    def image_saved(self):
        """The generation that the image will belong to, saved if it is not yet."""
        session = self.session
        manifest = session.keep()
        room = session.config.quota - session.store.used
        if session.config.quota and (size := _ferry.image_memory()) > room:
            raise _ferry.FerryError("full", f"an image of {report.human_bytes(size)} does not fit into the quota "
                                    f"({report.human_bytes(session.config.quota)})", "raise FERRY_QUOTA, or remove sessions (jupyter ferry list, jupyter ferry rm)")
        return {"session": session.sid, "generation": manifest.generation,
                "manifest": session.store.read(session.sid).digest(manifest.generation),
                "folder": os.path.join(session.writer.folder, f"image-{manifest.generation:08}")}

    def release(self):
        """Everything of the store closes; the relay holds the lock meanwhile."""
        self.session.rehearsal.stop()
        self.session.writer.sync(True)
        self.session.writer.close()

    def no_image(self, failure):
        """None could be taken as this life ended: what is lost by that is told in the next one."""
        self.failure = failure
        names = self.carried(self.session.saver.newest) if self.wanted_at_end() else []
        if names:
            self.session.remember(no_image={"names": names, "what": failure["what"], "remedy": failure.get("remedy", "")})

    def unasked(self):
        """This life ends alone: who could have asked for an image had gone before."""
        newest = self.session.saver.newest
        if newest is not None and not os.path.exists(os.path.join(self.folder(), f"image-{newest.generation:08}", "bundle")):
            self.no_image(UNASKED)

    def tell_loss(self):
        """In the life after that."""
        told = self.session.info.get("no_image")
        if told:
            self.session.notice(f"Lost when the last kernel ended: {report.some(told['names'])}", [
                f"only a system image could have brought them back, and none was taken: {told['what']}", *filter(None, [told["remedy"]])])

    # -- going on

    def reopen(self, word, lock_fd):
        session = self.session
        if word.get("restored"):
            self.pid = word["holder"]
            _ferry.sign_locks_as(self.pid)
        if word.get("start") == "arrive":
            self._arrive(word, lock_fd)
        else:
            if word.get("elsewhere"):
                self._settle(word)
            session.writer = session.store.write(session.sid, lock_fd)
        if word.get("restored"):
            self._come_back(word)
        elif not word["image"]["ok"]:
            failure = {key: word["image"][key] for key in ("code", "what", "remedy")}
            if session.writer.info().get("ended") == "suspend":
                self.no_image(failure)
            self.failure = failure

    def _arrive(self, word, lock_fd):
        """On another host, whose store and CRIU these are. The session belongs to the source yet."""
        session = self.session
        self._settle(word)
        session.writer = LaterWriter(session.store.read(session.sid))
        session.moving = Moving(session)
        session.moving.target.lock_fd = lock_fd

    def _settle(self, word):
        session = self.session
        session.config = session.config._replace(home=Path(word["home"]), criu=word["criu"])
        session.store = _ferry.Store.open(word["home"], session.config.quota)

    def describe(self):
        """What the target of a move must know before it can say whether an image of this process would come back there."""
        return _ferry.image_describe(self.probe()["version"])

    def describe_for_move(self):
        """The same, and the files on which a lock is held that stays until the session is the target's. Its own are given up before."""
        own = (f"{self.session.config.home}/", f"{os.path.dirname(self.session.shell.kernel.connection_file)}/")
        return {**self.describe(), "locks": [path for path in _ferry.image_locks() if not path.startswith(own)]}

    def _come_back(self, word):
        session, writer = self.session, self.session.writer
        self._probe = None  # the next image is taken from where this process is now
        session.info.clear()
        session.info.update({**writer.info(), "sid": session.sid, "damage": session.store.read(session.sid).damage()})
        session.start, session.anonymous = word["start"], word.get("anonymous", "")
        session.life = int(session.info.get("life", 0)) + 1
        session.recorder.running, session.notices, session.unwritten = None, [], []
        session.hear()
        reader, records = session.read_log()
        manifest = reader.generation(word["generation"])
        arrival = ImageArrival(session, reader, records, manifest, word.get("bytes", 0))
        if arrival.wrong and not threads.of_session():
            raise RuntimeError(f"{', '.join(arrival.wrong)}: came back different from generation {manifest.generation}")
        session.arrivals.come_back(arrival, records)
        if word.get("unbound"):
            session.notice("Threads or processes of this session were bound to processors that they cannot have here.",
                           [f"they run on others: {', '.join(map(str, word['unbound']))}"])
        if "began" in word:
            self._measured("bring", word["bytes"], time.time() - word["began"])
        writer.set(life=session.life, ended="", no_image=None, image_from=None, started=time.time(), pid=self.pid, resuming=True)


class ImageArrival(Arrival):
    """What came back in an image: all of it at once, compared with its generation; then the cells behind that."""

    def __init__(self, session, reader, records, manifest, size):
        super().__init__(session, reader, records, manifest, overwrite=True)
        self.eager = True  # no cell can wait for less than all that is left to be done
        self.size, self.wrong = size, []
        look = look_at(session.walker, session.user_names())
        found = {tuple(c.names): c for c in look.components}
        for key, state in self.loader.states.items():
            state.way, state.checked, state.code = "image", True, "fits"
            state.reason = "came back in the system image"
            if not state.entry.names:
                continue
            equal, why = verdict(found.get(tuple(state.entry.names)), state.entry)
            state.verified = equal
            if equal is None:
                state.reason += f"; {why}"
            elif not equal and state.entry.code == "differs":  # known of what is stored of it, and not of the image
                state.verified = None
            elif not equal:
                self.wrong += state.entry.names
                state.verified, state.reason = None, state.reason + "; a thread of the session went on changing it"
        for name, item in self.items.items.items():
            self.items.told(name, "image", reason=item.summary)

    def _steps(self):
        return [("behind", None), ("finish", None)]

    def data(self):
        return {**super().data(), "bytes_moved": self.size}

    def messages(self, data):
        lines = super().messages(data)
        return [lines[0], f"the engine of generation {self.manifest.generation} came back as it was, from its system image ({report.human_bytes(self.size)})", *lines[1:]]
