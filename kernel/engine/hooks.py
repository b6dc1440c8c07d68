"""The session's calls, where there is a session. Its faults are logged and never cost the user a cell."""
import logging
import sys

log = logging.getLogger("kernelferry")


class SessionHooks:
    """Each method may be missing in the session; the answers are then those of a kernel that keeps nothing."""

    def __init__(self, session, shell=None, lack="", named=False):
        self._session = session
        self._shell, self._lack, self._named = shell, lack, named
        self._ended = None

    @classmethod
    def attach(cls, shell, options):
        try:
            from kernelferry.session import attach
            return cls(attach(shell, options))
        except Exception as error:
            log.exception("plain kernel, nothing is kept: the session could not be attached")
            what, remedy = getattr(error, "what", str(error)), getattr(error, "remedy", "")
            # Programs that run a notebook without a name want no word about a session that they would never open again.
            named = not hasattr(error, "code") or bool(options.environ.get("JPY_SESSION_NAME") or options.environ.get("FERRY_SESSION"))
            return cls(None, shell, f"Kernelferry keeps nothing of this session: {what}." + (f" To mend it: {remedy}." if remedy else ""), named)

    def _call(self, name, default, *arguments):
        method = getattr(self._session, name, None)
        if method is None:
            return default
        try:
            return method(*arguments)
        except Exception:
            log.exception("session.%s failed", name)
            return default

    def before_execute(self, code, silent, store_history):
        if self._lack and store_history and not silent and (self._named or self._shell.ferry_request["cell_id"]):
            print(self._lack, file=sys.stderr)
            self._lack = ""
        self._call("before_execute", None, code, silent, store_history)

    def effect(self, kind, detail):
        self._call("effect", None, kind, detail)

    def served(self):
        self._call("served", None)

    def after_execute(self, status):
        self._call("after_execute", None, status)

    def absent(self, error):
        return self._call("absent", "", error)

    def unseen(self, messages, forgotten):
        self._call("keep_unseen", None, messages, forgotten)

    def idle(self):
        return bool(self._call("idle", False))

    def arriving(self):
        return bool(self._call("arriving", False))

    def pending(self):
        return self._call("pending", [])

    def idle_deadline(self):
        return self._call("idle_deadline", None)

    def control(self, msg_type, content):
        """Content of the reply to ferry_{status,save,shutdown}_request."""
        if msg_type == "ferry_shutdown_request":
            if self._ended is None:             # SIGTERM after a lost relay, or a second request: once is enough
                self._ended = self._answer("shutdown", bool(content.get("restart", False)))
            return self._ended
        if msg_type in ("ferry_status_request", "ferry_save_request", "ferry_orphaned_request", "ferry_attached_request"):
            return self._answer(msg_type.split("_")[1])
        if msg_type == "ferry_move_request":
            return self._answer("move", content)
        return {"v": 1, "status": "error", "code": "kInvalid", "what": f"no such request: {msg_type}", "remedy": ""}

    def image(self, name, *arguments):
        """A method of session.images, which may fail. -> its result; {} without a session."""
        images = getattr(self._session, "images", None)
        return getattr(images, name)(*arguments) or {} if images else {}

    def again(self):
        """A process that came back from its image has not ended yet."""
        self._ended = None

    def failure(self, error):
        return {"v": 1, "status": "error", "code": getattr(error, "code", "kPython"),
                "what": getattr(error, "what", None) or f"{type(error).__name__}: {error}", "remedy": getattr(error, "remedy", "")}

    def _answer(self, name, *arguments):
        method = getattr(self._session, name, None)
        try:
            return {"v": 1, "status": "ok", **((method(*arguments) or {}) if method else {})}
        except Exception as error:
            log.exception("session.%s failed", name)
            return self.failure(error)
