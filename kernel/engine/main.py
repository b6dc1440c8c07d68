"""What the server's main loop calls: asyncio's turns, the request that begins and ends, idle work, control requests."""
import logging
import threading
import time
from json import loads

from kernelferry import _engine
from kernelferry.engine import comms, debugger, messages
from kernelferry.engine.loop import Turns

log = logging.getLogger("kernelferry")

FIRST_SLICE, LONGEST_SLICE = 0.002, 0.5     # seconds of idle work while threads, tasks or timers want the main thread too
PASSES = 10                                 # of asyncio before idle work, where each pass leaves something to run


class Main(Turns):
    def __init__(self, kernel):
        super().__init__()
        self._kernel = kernel
        self._idle_wanted = True
        self._deadline = None               # asyncio's timer for idle work that waits for its time
        self._slice = FIRST_SLICE
        self._passes = 0
        self._debugged = debugger.Debugged()

    # -- called by the server
    def attach(self, shell_fd, wake_fd, ready):
        super().attach(shell_fd, wake_fd, ready)
        self.loop.add_reader(_engine.slice_fd(), _engine.slice_clear)
        self._own_threads = threading.active_count()        # IPython's history thread
        try:
            from kernelferry import _ferry
        except ImportError:
            return
        _ferry.watch_stop(_engine.stop_flag(), self.loop._selector.fileno())

    def enter(self, msg_type, header, metadata, silent, store_history):
        """A request begins -> the number of the execution, if it is one."""
        request = messages.Request(header)
        messages.enter(request)
        self.stand(True)
        shell = self._kernel.shell
        if msg_type == "execute_request":
            self.running_cell, self.pending = True, False
            self._keep_unseen()
            self._debugged.before_cell()
            shell.ferry_count = shell.execution_count
            metadata = request.metadata = loads(metadata)
            shell.ferry_request = {
                "cell_id": metadata.get("cellId", ""), "tags": list(metadata.get("tags") or ()), "silent": bool(silent),
                "store_history": bool(store_history and not silent), "session": request.header.get("session", ""),
                "msg_id": request.header.get("msg_id", "")}
        return shell.execution_count

    def leave(self):
        """The request is answered. Called again if an interrupt cuts it short."""
        self.raises = False
        self._kernel.finish("interrupted")  # does nothing unless the interrupt hit the kernel's own code
        self._keep_unseen()
        self.running_cell = False
        self.stand(False)
        self._want_idle()
        self._end_if_asked()                # the cell asked for the end: like SIGTERM, but after its answer

    def _end_if_asked(self):
        shell = self._kernel.shell
        if shell.exit_now:
            shell.exit_now = False
            if shell.ferry_exits or not self._kernel.quiet.ask_suspend():
                _engine.terminate()

    def _keep_unseen(self):
        """What was published while no relay listened is the session's, which shows it with the next cell."""
        unseen = _engine.take_unseen()
        if unseen is not None:
            self._kernel.hooks.unseen(*unseen)

    def answer(self, msg_type, header, metadata, content, buffers):
        """comm_info_request and comm messages -> text of the reply's content, or None."""
        content = loads(content)
        if msg_type == "comm_info_request":
            return messages.dumps(comms.info(self._kernel.comm_manager, content.get("target_name")))
        header = loads(header)
        message = {"header": header, "msg_id": header.get("msg_id"), "msg_type": msg_type, "parent_header": {},
                   "metadata": loads(metadata), "content": content, "buffers": [memoryview(b) for b in buffers]}
        handle = getattr(self._kernel.comm_manager, msg_type, None)
        if handle is not None:
            _, error = self.guarded(handle, None, None, message)
            self._kernel.hooks.served()
            if error is not None:
                self._kernel.shell.showtraceback((type(error), error, error.__traceback__))
        return None

    def control(self, msg_type, content):
        """A ferry_*_request -> text of the reply's content. Between cells, or in one that waits for it."""
        content, session, quiet = loads(content), self._kernel.hooks, self._kernel.quiet
        if msg_type == "ferry_quiesce_request":
            return messages.dumps(quiet.park(content))
        if msg_type == "ferry_shutdown_request":
            self._keep_unseen()
        if msg_type == "ferry_attached_request":
            self._kernel.know_front_end()
        answer = session.control(msg_type, content)
        if msg_type == "ferry_shutdown_request" and content.get("wake"):
            answer = quiet.park_ended(answer, content)
        elif msg_type == "ferry_shutdown_request" and content.get("refused"):
            session.image("no_image", content["refused"])
        return messages.dumps(answer)

    def debug(self, what, request):
        """What the debugger asks of the main thread (debugger.h) -> text of its answer."""
        answer, error = self.guarded(self._debugged.answer, what, loads(request))
        self._kernel.hooks.served()         # how a value is shown is code of the user's
        if error is not None:
            answer = {"success": False, "message": type(error).__name__}
        return messages.dumps(answer)

    def debug_at_once(self, what, request):
        """The same on the debugger's thread, whatever the main one does."""
        try:
            return messages.dumps(self._debugged.answer(what, loads(request)))
        except KeyboardInterrupt:           # cut between two values
            return messages.dumps({"success": False, "message": "KeyboardInterrupt"})

    def unparked(self, text, fds):
        """The relay's word has come -> text of {"relay": descriptor of its life}."""
        return messages.dumps(self._kernel.quiet.unpark(loads(text), fds))

    def cannot_go_on(self, what):
        """Said before the server ends the process."""
        log.error("the engine cannot go on: %s", what)

    # -- idle work
    def _want_idle(self):
        self._idle_wanted, self._slice = True, FIRST_SLICE
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _on_deadline(self):
        self._want_idle()
        if not self.serving:
            self.loop.stop()

    def idle_slice(self):
        """One slice of the session's idle work -> whether there is more to do now."""
        if not self._idle_wanted:
            return False
        if self.loop._ready and self._passes < PASSES:
            self._passes += 1
            return True
        self._passes = 0
        limit = self._limit()
        _engine.slice_limit(limit)
        began = time.monotonic()
        session = self._kernel.hooks
        if session.arriving():              # decoding and replays run user code, which may never end
            more, error = self.guarded(session.idle)
            more = more or error is not None
        else:
            more = session.idle()
            self._end_if_asked()            # FERRY_SUSPEND
        _engine.slice_limit(0)
        if not more:
            self._idle_wanted = False
            wait = self._kernel.hooks.idle_deadline()
            if wait is not None:
                self._deadline = self.loop.call_later(max(wait, 0), self._on_deadline)
        elif limit and time.monotonic() - began >= limit:
            # Work that cannot pause must end some day, whoever else wants the thread.
            self._slice = min(self._slice * 2, LONGEST_SLICE)
        return more

    def _limit(self):
        """Seconds that idle work may take until others get their turn; 0: nobody else wants one."""
        timer = self.loop.next_timer()
        if self.loop._ready or threading.active_count() > self._own_threads:
            return self._slice
        return 0 if timer is None else max(timer - self.loop.time(), self._slice)
