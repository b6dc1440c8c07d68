"""Standing still for a system image, and going on.

    park      what CRIU cannot carry is looked for; then the session, the history database and the log are closed
    (server_park.cc: sockets and threads end, the process waits; it is imaged from outside)
    unpark    the same is opened again: in this process, or in a copy that came back from the image

What is refused is refused before anything closes. Descriptors that lead to files of the relay (its
log, the lock on its folder) become /dev/null meanwhile and keep their numbers, so that nobody else gets these.
"""
import fcntl
import logging
import os
import sys

from IPython.core.history import HistorySavingThread
from kernelferry import _engine
from kernelferry.engine import messages

log = logging.getLogger("kernelferry")

WAIT = 600  # seconds for an image of whatever size; the relay answers sooner when it fails


class ImageRefused(Exception):
    """No image is taken, and the process goes on as if nothing had happened: code, what, remedy."""

    def __init__(self, code, what, remedy=""):
        super().__init__(what)
        self.code, self.what, self.remedy = code, what, remedy


class Quiet:
    def __init__(self, kernel, options):
        self._kernel, self._relay = kernel, bool(options.relay_pid)
        self._folder = os.path.dirname(options.connection_file)
        self._cpus = os.sched_getaffinity(0)
        self._bound = {}        # thread -> its processors, where these are others; CRIU does not keep them
        self._parked = {}       # descriptor -> "log" or "alive"
        self._locks = []        # those of fcntl on files: CRIU opens a mapped one once more and closes it, by which they are lost
        self._word = None       # the relay's last word, or why there was none

    def keep_from_children(self):
        """Forked children get no descriptor of what closes for an image, which could not be taken of them."""
        if self._relay:
            history, session = self._kernel.shell.history_manager, self._kernel.hooks.image("folder") or self._folder
            _engine.keep_from_children([self._folder + "/", session + "/", *([str(history.hist_file)] if self._keeps_history() else [])])

    # -- within a cell

    def take(self):
        """Has an image taken now -> the relay's word: {"restored", "image"}. Raises ImageRefused."""
        self._word = None
        messages.publish("ferry_image", {"purpose": "checkpoint"})
        _engine.flush()
        while self._word is None:
            if not _engine.run_jobs(WAIT):
                raise ImageRefused("io", "the relay does not answer")
        if isinstance(self._word, Exception):
            raise self._word
        return self._word

    def ask_suspend(self):
        """The cell asked for the end. True: the relay sends the request, with which an image can be taken."""
        if not self._relay or not self._kernel.hooks.image("image_wanted"):
            return False
        messages.publish("ferry_image", {"purpose": "suspend"})
        _engine.flush()
        return True

    # -- requests

    def park(self, content):
        """Content of the reply to ferry_quiesce_request; "parked": the server parks next."""
        try:
            if not content.get("wake"):
                raise ImageRefused("refused", **content.get("refused", {"what": "nobody would take the image"}))
            told = self._kernel.hooks.image("image_saved")
            return {"v": 1, "status": "ok", **told, **self._stand_still()}
        except Exception as error:
            if not isinstance(error, ImageRefused):
                log.exception("no image")
            self._word = error
            return self._kernel.hooks.failure(error)

    def park_ended(self, answer, content):
        """The same for a session that was just saved for good: the reply to ferry_shutdown_request."""
        try:
            if not self._kernel.hooks.image("image_wanted"):
                return answer
            return {**answer, **self._kernel.hooks.image("image_saved"), **self._stand_still()}
        except Exception as error:
            log.error("no image: %s", error)
            self._kernel.hooks.image("no_image", self._kernel.hooks.failure(error))
            return answer

    def _stand_still(self):
        if "pydevd" in sys.modules and sys.modules["pydevd"].get_global_debugger() is not None:
            raise ImageRefused("refused", "the debugger is attached to this kernel", "switch the debugger off and try again")
        blockers = self._kernel.hooks.image("image_blockers", self._folder)
        if blockers:
            others = f" (and {len(blockers) - 1} more)" if len(blockers) > 1 else ""
            raise ImageRefused("refused", f"no system image: {blockers[0]['what']}{others}", blockers[0]["remedy"])
        self._kernel.hooks.image("release")
        self._close()
        return {"parked": True, "pid": os.getpid()}

    # -- what is open

    def _close(self):
        history = self._kernel.shell.history_manager
        if self._keeps_history():
            history.writeout_cache()
            if history.save_thread is not None:
                history.save_thread.stop()
                history.save_thread = None
            history.db.close()
        self._bound = {tid: cpus for tid in _threads(os.getpid()) if (cpus := _affinity(tid)) not in (None, self._cpus)}
        self._locks = [words for fd in os.listdir("/proc/self/fd") for words in _locks(int(fd))]
        nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        places = {os.path.join(self._folder, "engine.log"): "log", os.path.join(self._folder, "alive"): "alive"}
        for number in map(int, os.listdir("/proc/self/fd")):
            try:
                place = places.get(os.readlink(f"/proc/self/fd/{number}"))
            except OSError:
                continue        # the listing's own
            if place is not None:
                self._parked[number] = place
                os.dup2(nothing, number, inheritable=os.get_inheritable(number))
        os.close(nothing)

    def _open(self, files, elsewhere=False):
        for number, place in self._parked.items():
            os.dup2(files[place], number, inheritable=os.get_inheritable(number))
        self._parked = {}
        history = self._kernel.shell.history_manager
        if self._keeps_history():
            if elsewhere:       # another host's history, in which this is a new session
                os.makedirs(os.path.dirname(str(history.hist_file)), exist_ok=True)
            history.init_db()
            if elsewhere:
                history.new_session()
            if getattr(history, "using_thread", True):
                history.save_thread = HistorySavingThread(history)
                history.save_thread.start()

    def _keeps_history(self):
        history = self._kernel.shell.history_manager
        return history.enabled and str(history.hist_file) != ":memory:"

    # -- the relay's word

    def unpark(self, word, fds):
        files = dict(zip(word["fds"], fds))
        self._kernel.connection_file = word["connection_file"]
        self._kernel.know_front_end()
        self._folder = os.path.dirname(word["connection_file"])
        self._open(files, elsewhere=word.get("start") == "arrive" or word.get("elsewhere", False))
        lock = files.pop("lock", -1)    # the session's from now on
        if word.get("restored"):
            self._kernel.hooks.again()
            for words in self._locks:
                fcntl.lockf(*words)  # refused where another program has it by now: then the session is loaded
            word["unbound"] = [tid for tid, cpus in self._bound.items() if not _bind(tid, cpus)]
        self._kernel.hooks.image("reopen", word, lock)
        self.keep_from_children()
        relay = files.pop("relay")      # the server's
        for fd in files.values():
            os.close(fd)
        self._word = word
        return {"relay": relay}


def _threads(pid):
    """Those of a process and of all below it."""
    try:
        for tid in os.listdir(f"/proc/{pid}/task"):
            yield int(tid)
            with open(f"/proc/{pid}/task/{tid}/children") as children:
                for child in children.read().split():
                    yield from _threads(child)
    except OSError:
        return                  # it has ended


def _locks(fd):
    """Arguments for fcntl.lockf, which take the locks of this process that were taken by a descriptor."""
    try:
        with open(f"/proc/self/fdinfo/{fd}") as told:
            words = [line.split() for line in told if line.startswith("lock:")]
    except OSError:
        return                  # the listing's own
    for _, _, kind, _, mode, _, _, first, last in words:
        if kind == "POSIX":
            length = 0 if last == "EOF" else int(last) - int(first) + 1
            yield fd, (fcntl.LOCK_EX if mode == "WRITE" else fcntl.LOCK_SH) | fcntl.LOCK_NB, length, int(first)


def _affinity(tid):
    try:
        return os.sched_getaffinity(tid)
    except OSError:
        return None


def _bind(tid, cpus):
    try:
        os.sched_setaffinity(tid, cpus)
    except OSError:
        return False
    return os.sched_getaffinity(tid) == cpus
