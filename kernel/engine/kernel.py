"""The answers of the kernel (interpreter.h), and the object that libraries know as get_ipython().kernel."""
import json
import logging
import platform

import IPython
import kernelferry
from kernelferry.engine import comms, completion, debugger, messages
from kernelferry.engine.stdin import Stdin

log = logging.getLogger("kernelferry")


class Kernel:
    implementation = "kernelferry"
    comm_manager = None
    shell = session = main = quiet = None   # set by app.launch() before the first request

    def __init__(self):
        self.stdin = Stdin()
        self.comm_manager = comms.install(self)
        self._open = None                   # (execution count, store_history) of the cell that runs

    # -- what libraries ask
    def get_parent(self, channel=None):
        header = messages.current().header
        return {"header": header, "msg_id": header.get("msg_id"), "msg_type": header.get("msg_type"),
                "parent_header": {}, "metadata": {}, "content": {}}

    @property
    def user_ns(self):
        return self.shell.user_ns

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
        self._open = (shell.execution_count, store_history)
        self.stdin.allowed = allow_stdin
        shell.last_traceback = None
        user_expressions = json.loads(user_expressions) or {}
        shell.ferry_request["expressions"] = list(map(str, user_expressions.values()))
        self.session.before_execute(code, silent, store_history)
        result, error = self.main.guarded(self._run_cell, code, silent, store_history)
        if error is None:
            error = result.error_before_exec or result.error_in_exec
        else:                               # not the cell's: it hit IPython or us
            self._show(error)
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

    def _show(self, error):
        try:
            self.shell.showtraceback((type(error), error, error.__traceback__))
        except BaseException:
            log.exception("the traceback could not be shown")

    def finish(self, status):
        """The cell is over: once for each, before its reply."""
        if self._open is None:
            return
        (count, store_history), self._open = self._open, None
        self.stdin.allowed = False
        if store_history and self.shell.execution_count == count:
            self.shell.execution_count += 1     # an interrupt came before IPython counted
        # IPython keeps all that was ever printed or raised, for %notebook; a session must not carry that.
        for kept in ("outputs", "exceptions"):
            getattr(self.shell.history_manager, kept, {}).clear()
        self.session.after_execute(status)

    def _guarded(self, function, *arguments):
        reply, error = self.main.guarded(function, *arguments)
        if error is not None:
            reply = {"status": "error", "ename": type(error).__name__, "evalue": _text(error), "traceback": []}
        return messages.dumps(reply)

    def complete(self, code, cursor):
        return self._guarded(completion.complete, self.shell, code, cursor, self.session.pending())

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

    def internal(self, code):
        """Runs code of xeus' debugger on the main thread, away from the user's namespace."""
        try:
            with debugger.without_its_warning():
                exec(code, {"__name__": "kernelferry.engine.internal"})
        except Exception as error:
            log.exception("internal request failed")
            return messages.dumps({"status": "error", "ename": type(error).__name__, "evalue": _text(error),
                                   "traceback": []})
        return messages.dumps({"status": "ok"})


def _text(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__}: its text could not be made>"
