"""One session under one shell: the record of every cell, saving in idle time, and coming back.

The engine calls the methods below at the borders of cells and when nobody waits (docs/architecture.md). Between request
and reply only the record is written: a note before the cell, its record after it. Everything whose cost grows with the
state (looks, encoding, loading) is cut into slices that `idle()` takes one at a time and that a request stops.
"""

import logging
import os
import sys
import time

from kernelferry import _ferry, capsule, codec

from . import absent, hooks, identity, magics, rehearsal, report
from .arrivals import Arrivals
from .fatal import FatalCells
from .hooks import guarded
from .images import Images
from .moving import Moving
from .own import own_command
from .pressure import Pressure
from .recorder import Recorder
from .saver import Saver
from .sleep import Sleep
from .stand_ins import LaterWriter
from .unseen import Unseen

log = logging.getLogger("kernelferry.session")

capsule.reducers.append(codec.reduce_alone)  # neither layer knows the other

HISTORY = ("", "-journal", "-wal", "-shm")  # what SQLite makes beside IPython's history
FIRST_REQUEST = 0.5  # seconds from the start in which idle time is left to the front end's first request


class Session:
    """The session of this process. Main thread only."""

    def __init__(self, shell, config, store, writer, info, start, anonymous="", environ=os.environ):
        self.shell, self.config, self.store, self.writer, self.info = shell, config, store, writer, info
        self.sid, self.start, self.anonymous = info["sid"], start, anonymous
        self.environ, self.began_in = dict(environ), os.getcwd()  # as this process was started
        self.namespace = shell.user_ns
        self.observer = _ferry.Observer(self.namespace)
        self.observer.set_generators(capsule.generators)
        self.hear()
        self.walker = _ferry.Walker(self.namespace)
        self.graph = None  # read_log() folds it
        self.scene = capsule.Scene(shell)
        self.execution = 0  # of the newest cell in the log
        self.born = 0  # the same when this life began
        self.of_start = {name: id(self.namespace[name]) for name in self.user_names()}  # what startup files have made
        self.life = int(info.get("life", 0)) + 1  # lives are numbered by kernel starts
        self.modules = 0  # in sys.modules, when the walker last saw them
        self.loads_at = time.monotonic() + FIRST_REQUEST  # when all else of this package is loaded; None: it is
        self.notices = []  # results shown with the next cell a person runs
        self.held = ""  # who holds the notebook's session instead of this one
        self.unwritten = []  # records that wait for room on the disk
        self.recorder = Recorder(self)
        self.saver = Saver(self)
        self.fatal = FatalCells(self)
        self.arrivals = Arrivals(self)
        self.rehearsal = rehearsal.Rehearsal(self)
        self.images = Images(self)
        self.moving = Moving(self)
        self.unseen = Unseen(self)
        self.pressure, self.sleep = Pressure(self), Sleep(self)
        hooks.watch_code(shell, self._saw_code)
        hooks.watch_source(shell, self.recorder.saw_source)
        shell.register_magics(magics.FerryMagics(self))
        self.baseline = capsule.baseline(shell)  # what was hung on the shell above is none of the session's

    def hear(self):
        """Effects outside are heard from now on, but what the engine writes to the store and beside its sockets, and IPython to its history."""
        kernel, history = getattr(self.shell, "kernel", None), getattr(self.shell.history_manager, "hist_file", "")
        self.observer.install_audit_hook([str(self.config.home), *([os.path.dirname(kernel.connection_file)] if kernel is not None else []),
                                          *(f"{history}{beside}" for beside in HISTORY if history)])

    def open(self):
        """Reads what the log holds and decides whether the session comes back by itself."""
        reader, records = self.read_log()
        self.images.tell_loss()
        here = identity.notebook_fields(self.info, self.environ) if not self.anonymous else {}
        self.info.update(here)
        self.writer.set(life=self.life, ended="", no_image=None, image_from=None, detached=False, started=time.time(), pid=os.getpid(), python=sys.version.split()[0], **here)
        self.unseen.open()
        if self.start == "rehearse":
            self.arrivals.rehearse(reader, records)
        elif self.start != "arrive":
            self.arrivals.consider(reader, records)

    def read_log(self):
        """What the log says of the lives before this one -> (reader, records)."""
        self.graph = _ferry.SessionGraph()
        reader = self.store.read(self.sid)
        records = reader.records()
        for record in records:
            self.execution = max(self.execution, getattr(record, "execution", 0))
            if getattr(record, "status", None) != "started":
                self.graph.apply(record)
            if isinstance(record, _ferry.CellRecord):
                self.recorder.pool.read(record)
        manifests = reader.generations()
        self.execution = max([self.execution, *(m.executions for m in manifests)])  # the log may have lost its end
        self.walker.next_pid = max([self.walker.next_pid, *(m.next_pid for m in manifests)])
        self.born = self.execution
        self.saver.looks.read(records)
        return reader, records

    # -- cells

    def before_execute(self, code, silent, store_history):
        request = getattr(self.shell, "ferry_request", None) or {}
        self.arrivals.before_cell(code, request, human=store_history and not silent)
        if request.get("expressions"):
            self.saver.touch.everything()
        if own_command(code):  # its result stands alone
            magics.describe()
        elif store_history and not silent:
            if self.held and request.get("cell_id"):  # not for programs that run a notebook, they have no notebook open
                self.notice(self.held, ["What runs here is kept in a session of its own; %session name gives it a name."])
                self.held = ""
            self._show_notices()
            self._show_unseen()
        self.unseen.begins(request.get("msg_id"), self.shell.execution_count)
        self.see_modules()
        self.saver.pace.request_came()
        self.pressure.before_cell()
        self.recorder.begin(code, request, store_history)

    def see_modules(self):
        """What a module holds before a cell could touch it is the module's own; what is added later is the session's."""
        if len(sys.modules) != self.modules:
            self.modules = len(sys.modules)
            capsule.see(self.baseline)
            self.walker.see_modules()

    def _saw_code(self, code):
        self._see_new()
        self.observer.saw_code(code)

    @guarded()
    def _see_new(self):
        """A module that a cell imports is seen before the next statement can touch it, which an import of a module of the
        user's own does as well: in idle time, if there is some before."""
        self.see_modules()

    @guarded()
    def after_execute(self, status):
        if (getattr(self.shell, "ferry_request", None) or {}).get("expressions"):
            self.saver.may_have_changed()
        self.recorder.end(status)

    @guarded()
    def served(self):
        """A request that is no cell ran code of the user's: the callback of a widget."""
        self.saver.may_have_changed()

    @guarded()
    def effect(self, kind, detail):
        """What the running cell did outside, where no audit event tells it: it asked the user."""
        self.observer.note(kind, detail, True)

    @guarded(default="")
    def absent(self, error):
        """A line for below the traceback of a NameError: why a name of this session is not here."""
        return absent.explain(self, error)

    # -- the log

    def append(self, record):
        """Records reach the log in order; where the disk is full they wait here, and so does the next generation."""
        self.unwritten.append(record)
        try:
            self.write_records()
        except _ferry.FerryError as error:
            self.saver.trouble(error)

    def write_records(self):
        while self.unwritten:
            self.writer.append(self.unwritten[0])
            del self.unwritten[0]

    def remember(self, **fields):
        """Fields of session.json that the session can do without when they cannot be written."""
        try:
            self.writer.set(**fields)
        except _ferry.FerryError as error:
            self.saver.trouble(error)

    def remember_report(self, data):
        try:
            self.writer.set_report(data)
        except _ferry.FerryError as error:
            self.saver.trouble(error)

    # -- idle time

    @guarded(default=False)
    def idle(self):
        """One slice of work that no request waits for. True: more to do now."""
        if isinstance(self.writer, LaterWriter):
            return False
        self._load_rest()
        self._see_new()
        self.pressure.slice()
        if self.arrivals.slice() or self._keeps_by_itself() and self.saver.slice():
            return True
        self.rehearsal.slice()
        self.sleep.slice()
        return False

    @guarded()
    def _load_rest(self):
        """What no start of a kernel waits for: early, since another version may be installed later."""
        if self._loads_in() == 0.0:
            self.loads_at = None
            codec.load()
            magics.describe()
            rehearsal.load()

    def _loads_in(self):
        return None if self.loads_at is None else max(0.0, self.loads_at - time.monotonic())

    def arriving(self):
        """Whether the next idle() brings the session back: only that takes a KeyboardInterrupt."""
        return self.arrivals.busy

    def pending(self):
        """Names that are still to come back, for completion."""
        return self.arrivals.pending_names()

    @guarded()
    def idle_deadline(self):
        if isinstance(self.writer, LaterWriter):
            return None
        deadlines = (self._loads_in(), self.saver.deadline() if self._keeps_by_itself() else None, self.rehearsal.deadline(), self.sleep.deadline())
        return min((d for d in deadlines if d is not None), default=None)

    def _keeps_by_itself(self):
        return not self.arrivals.torn

    # -- control

    def status(self):
        """For ferry_status_request: what `%session --json` shows, in short."""
        newest, memory = self.saver.newest, self.pressure.look()
        return {"session": self.sid, "notebook": self.info.get("notebook") or "", "anonymous": self.anonymous,
                "execution": self.execution, "generation": newest.generation if newest else 0,
                "proved": newest is not None and rehearsal.proved(self.rehearsal.proofs.get(newest.generation)), "saved": self.saver.clean, "saved_executions": newest.executions if newest else 0,
                "arriving": self.arrivals.busy, "pending": self.arrivals.pending_names(), "audits": self.saver.touch.audits,
                "stays_awake": self.sleep.stays, "memory": memory and {key: memory[key] for key in ("used", "left", "limit", "low")}}

    def save(self):
        """For ferry_save_request."""
        manifest = self.keep(yields=True)
        return {"session": self.sid, "generation": manifest.generation, "bytes": manifest.bytes}

    def orphaned(self):
        """For the engine, whose relay has ended: it may end as well before another one comes."""
        self.remember(detached=True)
        if self.config.save != "off" and not self.saver.clean and self._keeps_by_itself():
            self.keep(yields=True)
        self.writer.sync(True)

    def attached(self):
        self.remember(detached=False)

    def keep(self, label="", yields=False):
        """A generation now; not stopped by requests. yields: as save_now. Returns its manifest. Raises FerryError."""
        self.arrivals.finish()
        self.arrivals.torn = False  # the user says that this is the session
        return self.saver.save_now(label, yields)

    def move(self, content):
        """For ferry_move_request: one step of a move to another host, at either end."""
        return self.moving.answer(content)

    def shutdown(self, restart):
        """Saves what is not saved, and leaves word of how this life ended."""
        ended = "restart" if restart else "suspend"
        outcome = {"ended": ended, "saved": True, "what": ""}
        self.rehearsal.stop()
        if self.moving.away:  # the session is another host's
            return outcome
        try:
            if self.config.save != "off" and (not self.saver.clean or self.saver.touch.believing) and self._keeps_by_itself():
                self.keep()
        except (Exception, KeyboardInterrupt) as error:  # the kernel ends whatever happens; the last generation stays
            log.exception("the last save failed")
            outcome.update(saved=False, what=str(error))
        self.remember(ended=ended, ended_at=time.time(), resuming=False, no_image=None)
        if not restart and self.writer.info().get("detached"):
            self.images.unasked()
        self.writer.sync(True)
        return outcome

    # -- what a person is told

    def notice(self, title, lines=(), table=None):
        """Shown once, with the next cell that a person runs; never into silent requests."""
        more = [f"and {len(lines) - report.NOTED} more: %session report"] if len(lines) > report.NOTED else []
        self.notices.append(report.Result({}, title, [*lines[:report.NOTED], *more], table, folded=True))
        return self.notices[-1]

    @guarded()
    def _show_notices(self):
        from IPython.display import display
        notices, self.notices = self.notices, []
        for notice in notices:
            display(notice)

    @guarded()
    def _show_unseen(self):
        self.unseen.show()

    @guarded()
    def keep_unseen(self, messages, forgotten):
        """What a cell showed while no relay was there."""
        self.unseen.take(messages, forgotten)

    def records(self):
        """Every finished cell in the log, in order."""
        return [r for r in self.store.read(self.sid).records() if getattr(r, "status", "started") != "started"]

    def counts(self):
        """execution -> In[n], for reports."""
        return {r.execution: r.count for r in self.records()}

    def wishes(self, reader=None):
        """What the user said of cells (%session replay-ok, no-replay), and which of them ended an engine, as the planner takes it;
        of the session that `reader` reads, else of this one."""
        reader = reader or self.store.read(self.sid)
        wishes = {"fatal": self.fatal.reasons(reader)}
        for field in ("replay_ok", "no_replay"):
            cells = set(map(str, self.info.get(field, ()))) if reader.folder == self.writer.folder else ()
            wishes[field] = {execution for execution, count in self.counts().items() if str(count) in cells} if cells else set()
        return wishes

    def untouched(self):
        """Names that are as startup files made them: no cell has run yet, but the one that asks."""
        return {name for name, address in self.of_start.items() if id(self.namespace.get(name)) == address} if self.execution - self.born <= 1 else set()

    def user_names(self):
        return _ferry.user_names(self.namespace)


def attach(shell, options):
    """Starts a session under `shell`. `options`: .session .lock_fd .start .anonymous (docs/architecture.md).

    Returns the Session. Raises FerryError or ConfigError where none can be had; the kernel then runs without one.
    """
    config, store, writer, info = identity.open_session(options)
    session = Session(shell, config, store, writer, info, options.start, options.anonymous or "", options.environ)
    session.moving.target.lock_fd = options.lock_fd if options.lock_fd is not None else -1
    if getattr(options, "image_lost", ""):
        session.notice(f"The system image of this session did not come back: {options.image_lost}",
                       ["What was stored came back; what only the image carried is lost."])
    if session.anonymous and options.environ.get("JPY_SESSION_NAME"):
        session.held = f"The session of this notebook did not come back: {session.anonymous}."
    session.open()
    return session
