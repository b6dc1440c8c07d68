"""The answers of the kernel (interpreter.h), and the object that libraries know as get_ipython().kernel."""
import asyncio
import contextlib
import logging
import os
import platform
import sys
import types
from json import load, loads

import IPython
import kernelferry
from kernelferry.engine import comms, completion, messages
from kernelferry.engine.outputs import OutStream
from kernelferry.engine.shown import Shown
from kernelferry.engine.stdin import Stdin
from kernelferry.engine.wire_session import IOPub, WireSession

log = logging.getLogger("kernelferry")


class Kernel:
    implementation = "kernelferry"
    implementation_version = kernelferry.__version__
    protocol_version = "5.4"
    comm_manager = None
    shell = main = quiet = None             # set by app.launch() before the first request
    hooks = None                            # the session's, the same

    def __init__(self, connection_file):
        self.connection_file = connection_file      # of this engine; another one after an image
        self.stdin = Stdin()
        self.comm_manager = comms.install(self)
        self.iopub_socket = IOPub()
        self.session = WireSession(self.iopub_socket, lambda: self.connection["session"])
        self.log = log
        self._shown = Shown()
        self._open = None                   # (execution count, store_history, whether IPython counts it) of the cell that runs

    @property
    def connection(self):
        """{"session", "front_end"}: read each time, since an engine may get another front end."""
        with open(self.connection_file) as file:
            connection = load(file)
        return {name: connection.get(name, "") for name in ("session", "front_end")}

    def know_front_end(self):
        """Once there is a shell, and whenever another front end has come."""
        self.shell.config.IPKernelApp.connection_file = self.app.connection_file     # where tools look for the kernel's id

    # -- what libraries ask
    def get_parent(self, channel=None):
        return messages.current().message

    _parent_header = property(get_parent)
    _parent_ident = types.MappingProxyType({"shell": b"", "control": b""})
    app = property(lambda self: self.shell.parent)
    user_ns = property(lambda self: self.shell.user_ns)
    user_module = property(lambda self: self.shell.user_module)
    execution_count = property(lambda self: self.shell.execution_count)
    language_info = property(lambda self: loads(self.info())["language_info"])
    banner = property(lambda self: loads(self.info())["banner"])

    @property
    def io_loop(self):
        """tornado's loop on the main thread, for who has tornado."""
        from tornado.ioloop import IOLoop
        return IOLoop.current()

    def send_response(self, stream, msg_or_type, content=None, ident=None, buffers=None, track=False, header=None,
                      metadata=None, channel=None):
        return self.session.send(stream, msg_or_type, content, buffers=buffers, header=header, metadata=metadata)

    def do_shutdown(self, restart):
        """Ends the kernel once the cell is answered; a clean one follows, as after exit."""
        self.shell.end_after_cell()
        return {"status": "ok", "restart": restart}

    async def do_one_iteration(self):
        """One turn of asyncio. What the front end asks waits for the cell."""
        await asyncio.sleep(0)

    def __getattr__(self, name):
        raise AttributeError(f"Kernelferry's kernel has no {name!r} (ipykernel's may have). Its sockets belong to another process; to send "
                             "something to the front end, use IPython.display, a comm (package comm), or kernel.send_response(kernel.iopub_socket, ...)")

    # -- answers: text of a reply's content
    def info(self):
        version = platform.python_version()
        return messages.dumps({
            "implementation": self.implementation, "implementation_version": kernelferry.__version__,
            "banner": f"Kernelferry {kernelferry.__version__}: Python {version}, IPython {IPython.__version__}\n"
                      "Sessions are kept and come back; %session tells about yours.",
            "language_info": {"name": "python", "version": version, "mimetype": "text/x-python",
                              "file_extension": ".py", "pygments_lexer": "ipython3", "nbconvert_exporter": "python",
                              "codemirror_mode": {"name": "ipython", "version": 3}}})

    def execute(self, code, silent, store_history, user_expressions, allow_stdin):
        shell = self.shell
        store_history = store_history and not silent
        self._open = (shell.execution_count, store_history, bool(code.strip()))
        self.stdin.allowed = bool(allow_stdin)
        shell.last_traceback = None
        user_expressions = loads(user_expressions) or {}
        messages.current().content = {"code": code, "silent": bool(silent), "store_history": store_history,
                                      "user_expressions": user_expressions, "allow_stdin": bool(allow_stdin)}
        shell.ferry_request["expressions"] = list(map(str, user_expressions.values()))
        self.hooks.before_execute(code, silent, store_history)
        result, error = self.main.guarded(self._run_cell, code, silent, store_history)
        if error is None:
            error = result.error_before_exec or result.error_in_exec
        else:                               # not the cell's: it hit IPython or us
            self._show(error)
        if OutStream.forked:
            self._end_child(error)
        reply = {"status": "ok", "user_expressions": {}}
        if error is None and not shell.displayhook_failed:
            values, error = self.main.guarded(shell.user_expressions, user_expressions)
            reply["user_expressions"] = values or {}
        if error is not None or shell.displayhook_failed:
            reply.update(status="error", ename=type(error).__name__, evalue=_text(error),
                         traceback=shell.last_traceback or [])
        reply["payload"] = shell.payload_manager.read_payload()
        shell.payload_manager.clear_payload()
        self.finish("interrupted" if isinstance(error, KeyboardInterrupt) else reply["status"])
        return messages.dumps(reply)

    def _run_cell(self, code, silent, store_history):
        if self.main.pending:               # interrupted while the session brought back what the cell names
            raise KeyboardInterrupt
        return self.shell.run_cell(code, store_history=store_history, silent=silent,
                                   cell_id=self.shell.ferry_request["cell_id"] or None)

    def _end_child(self, error):
        """A child that the cell forked has come to the cell's end: it ends with the status of a program that does."""
        status = 0 if error is None else 1
        if isinstance(error, SystemExit):
            status = (error.code or 0) & 0xFF if isinstance(error.code, int | None) else 1
        elif error is not None:
            print(*self.shell.last_traceback or [], sep="\n", file=sys.stderr)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)

    def _show(self, error):
        try:
            self.shell.showtraceback((type(error), error, error.__traceback__))
        except BaseException:
            log.exception("the traceback could not be shown")

    def finish(self, status):
        """The cell is over: once for each, before its reply."""
        if self._open is None:
            return
        (count, store_history, counts), self._open = self._open, None
        self.stdin.allowed = None
        if store_history and counts and self.shell.execution_count == count:
            self.shell.execution_count += 1     # an interrupt came before IPython counted
        self._shown.over(self.shell.history_manager, count, store_history)
        self.hooks.after_execute(status)

    def _guarded(self, function, *arguments):
        reply, error = self.main.guarded(function, *arguments)
        if error is not None:
            reply = {"status": "error", "ename": type(error).__name__, "evalue": _text(error), "traceback": []}
        return messages.dumps(reply)

    def complete(self, code, cursor):
        return self._guarded(completion.complete, self.shell, code, cursor, self.hooks.pending())

    def inspect(self, code, cursor, detail):
        return self._guarded(completion.inspect, self.shell, code, cursor, detail)

    def is_complete(self, code):
        return self._guarded(completion.is_complete, self.shell, code)

    def history_tail(self, n, raw, output):
        return self._history("get_tail", n, raw=raw, output=output, include_latest=True)

    def history_range(self, session, start, stop, raw, output):
        return self._history("get_range", session, start, stop, raw=raw, output=output)

    def history_search(self, pattern, raw, output, n, unique):
        return self._history("search", pattern or "*", raw=raw, output=output, n=n or None, unique=unique)

    def _history(self, name, *arguments, **options):
        manager = self.shell.history_manager
        entries = [(session or manager.session_number, line, text)      # IPython says 0 for the session that runs
                   for session, line, text in getattr(manager, name)(*arguments, **options)]
        return messages.dumps({"status": "ok", "history": entries})


def _text(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__}: its text could not be made>"
