"""What a cell puts out: text, displays, results."""
import io
import os
import select
import sys
import threading

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryOutput
from traitlets import Bool

from kernelferry import _engine
from kernelferry.engine import messages


class ForRequest:
    """Whose output belongs to a request: libraries that show progress ask which, and threads say so."""

    @property
    def parent_header(self):
        return messages.current().header

    def set_parent(self, parent):
        messages.work_for(parent)


class OutStream(ForRequest, io.TextIOBase):
    """sys.stdout and sys.stderr. Text waits in the server for more of its kind, 50 ms at most (outputs.h).

    A plain Python class: IPython puts a `write` of its own on the instance. In a forked child the text goes to the
    descriptor, since the server is the parent's, and a line at a time: print() writes words, and those of several children
    would mix.
    """

    encoding = "UTF-8"
    forked = False

    def __init__(self, name, fd, original):
        self.name = name
        self._error, self._fd, self._original = fd == 2, fd, original
        self._begun = ""            # in a forked child: a line that has not ended

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if OutStream.forked:
            self._begun += text
            if self._error or "\n" in text or len(self._begun) > select.PIPE_BUF:
                self._put_begun()
        else:
            try:
                _engine.write(self._error, messages.current().text, text)
            except TypeError:
                _engine.write(self._error, messages.current().text, messages.utf8(text))
        return len(text)

    def _put_begun(self):
        data, self._begun = messages.utf8(self._begun).encode(), ""
        while data:
            data = data[os.write(self._fd, data):]

    def flush(self):
        if OutStream.forked:
            self._put_begun()
        else:
            _engine.flush()

    def close(self):
        self.flush()                # whoever closes sys.stdout would take it from everybody

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        """The descriptor the engine was started with (its log): faulthandler must be able to write when we cannot. The resource
        trackers of multiprocessing and loky, which keep it for long, get the one that other child processes have: no image could be
        taken of a process that has the log."""
        asks = sys._getframe(1).f_globals.get("__name__", "")
        return self._fd if asks.endswith("resource_tracker") else self._original


stdout = stderr = None  # of the process, whatever stands in `sys` since: variables that hold one refer to it here


class Hooks(threading.local):
    """Transformations of outgoing messages, per thread: each returns a message or None, which ends it."""

    def __init__(self):
        self.functions = []

    def send(self, msg_type, content):
        if self.functions:
            message = {"header": {"msg_type": msg_type}, "msg_type": msg_type, "content": content, "metadata": {},
                       "parent_header": messages.current().header}
            for function in list(self.functions):
                message = function(message)
                if message is None:
                    return
            content = message["content"]
        messages.publish(msg_type, content)

    def remove(self, function):
        try:
            self.functions.remove(function)
            return True
        except ValueError:
            return False


class ZMQDisplayPublisher(ForRequest, DisplayPublisher):
    """display(), update_display(), clear_output()."""

    __module__ = "ipykernel.zmqshell"       # where libraries look for it, and under its name in %config; standins.py puts it there
    store_display_history = Bool(False, help="Whether %notebook writes what cells displayed, too.").tag(config=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._hooks = Hooks()

    def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
        self._validate_data(data, metadata)
        if self.store_display_history and not update:
            self.shell.history_manager.outputs[self.shell.ferry_count].append(HistoryOutput("display_data", data))
        self._hooks.send("update_display_data" if update else "display_data",
                         {"data": data, "metadata": metadata or {}, "transient": transient or {}})

    def clear_output(self, wait=False):
        self._hooks.send("clear_output", {"wait": wait})

    def register_hook(self, function):
        self._hooks.functions.append(function)

    def unregister_hook(self, function):
        return self._hooks.remove(function)


class FerryDisplayHook(ForRequest, DisplayHook):
    """The value of a cell's last expression."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._hooks = Hooks()
        self.content = None         # of the result being made

    @property
    def prompt_count(self):
        """The number that was announced for this cell. IPython's own is another one when nothing is stored, and has
        another meaning in each of its versions."""
        return self.shell.ferry_count

    def start_displayhook(self):
        self.content = {}

    def write_output_prompt(self):
        self.content["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict, md_dict=None):
        self.content["data"] = format_dict
        self.content["metadata"] = md_dict or {}

    def finish_displayhook(self):
        content, self.content = self.content, None
        if content and content.get("data"):
            self._hooks.send("execute_result", content)
        self._is_active = False

    def register_hook(self, function):
        self._hooks.functions.append(function)

    def unregister_hook(self, function):
        return self._hooks.remove(function)
