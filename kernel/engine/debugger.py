"""What the debugger (debugger.h) needs of Python: debugpy, and variables for the front end's panel while nothing is stopped.

debugpy is imported only when a debugger attaches.
"""
import contextlib
import linecache
import os
import sys
import types

from IPython.core.getipython import get_ipython
from kernelferry.engine import messages

UNCHECKED = "PYDEVD_DISABLE_FILE_VALIDATION"    # debugpy says in the user's cell that Python was not started for it


@contextlib.contextmanager
def without_its_warning():
    """debugpy is imported and begins in here."""
    before = os.environ.get(UNCHECKED)
    os.environ[UNCHECKED] = "1"
    try:
        yield
    finally:
        del os.environ[UNCHECKED]
        if before is not None:
            os.environ[UNCHECKED] = before


class _Names:
    """pydevd's view of a namespace: a frame that never ran."""

    def __init__(self, namespace, filename):
        from _pydevd_bundle import pydevd_frame_utils
        from _pydevd_bundle.pydevd_api import PyDevdAPI
        from _pydevd_bundle.pydevd_suspended_frames import SuspendedFramesManager, _FramesTracker

        self._frames = SuspendedFramesManager()
        code = types.SimpleNamespace(co_filename=filename, co_name="<module>")
        self._frame = types.SimpleNamespace(f_code=code, f_globals=namespace, f_locals=namespace, f_back=None)
        debugger = types.SimpleNamespace(variable_presentation=PyDevdAPI.VariablePresentation())
        self._tracker = _FramesTracker(self._frames, debugger)
        self._tracker.track("thread1", pydevd_frame_utils.create_frames_list_from_frame(self._frame))

    def children(self, reference=None):
        """A value whose text is cut (Debugger::Interrupt) or fails, pydevd says so of."""
        variable = self._frames.get_variable(reference or id(self._frame))
        return [child.get_var_data() for child in variable.get_children_variables()]


class Rich:
    """A value whose repr is what richInspectVariables answers: debugpy passes on no more of an expression."""

    def __init__(self, value):
        data, metadata = get_ipython().display_formatter.format(value)
        self._text = messages.dumps(rich(data, metadata))

    def __repr__(self):
        return self._text


def rich(data, metadata):
    return {"data": data, "metadata": {kind: value for kind, value in metadata.items() if kind in data}}


class Debugged:
    """Answers by the names of requests. Each may raise: the message is the refusal's."""

    def __init__(self):
        self._names = None
        self._traces = False

    def listen(self, _arguments):
        """Once a process. Children are not debugged: they would wait for a front end that attaches to each."""
        with without_its_warning():
            import debugpy
            debugpy.configure(subProcess=False)
            port = debugpy.listen(("127.0.0.1", 0))[1]
        from _pydevd_bundle.pydevd_constants import PYDEVD_USE_SYS_MONITORING
        self._traces = not PYDEVD_USE_SYS_MONITORING
        return {"port": port}

    def before_cell(self):
        """Cells are traced while a debugger is attached, and else are not.

        Python ends the tracing of a thread whose trace function fails, as pydevd's does when an interrupt comes within it;
        and pydevd, once it traced, goes on when nobody debugs any more: calls take ten times as long.
        """
        if not self._traces:
            return
        import pydevd
        import pydevd_tracing
        debugger, trace = pydevd.get_global_debugger(), sys.gettrace()
        if debugger is not None and debugger.is_attached():
            if trace is None:
                debugger.enable_tracing()
        elif type(trace).__module__.startswith("_pydevd_bundle"):
            pydevd_tracing.SetTrace(None)

    def inspectVariables(self, _arguments):
        shell = get_ipython()
        self._names = _Names(shell.user_ns, shell.compile.get_filename("sys._getframe()"))
        return {"variables": self._names.children()}

    def variables(self, arguments):
        return {"variables": self._names.children(arguments["variablesReference"]) if self._names else []}

    def richInspectVariables(self, arguments):
        shell, name = get_ipython(), arguments["variableName"]
        if name not in shell.user_ns:
            raise NameError(f"name {name!r} is not defined")
        return rich(*shell.display_formatter.format(shell.user_ns[name]))

    def source(self, arguments):
        """Also of functions whose cells ran in an engine before this one."""
        path = arguments["source"]["path"]
        lines = linecache.getlines(path)
        if not lines:
            raise FileNotFoundError(f"no source of {path}")
        return {"content": "".join(lines)}

    def modules(self, arguments):
        """Of all that were imported, those that have a source."""
        everything = list(sys.modules.items())
        first, count = arguments.get("startModule", 0), arguments.get("moduleCount") or len(everything)
        found = []
        for number, (name, module) in list(enumerate(everything))[first:first + count]:
            path = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
            if isinstance(path, str) and path.endswith(".py"):
                found.append({"id": number, "name": name, "path": path})
        return {"modules": found, "totalModules": len(everything)}

    def answer(self, what, request):
        try:
            return {"success": True, "body": getattr(self, what)(request.get("arguments") or {})}
        except Exception as error:
            return {"success": False, "message": f"{type(error).__name__}: {error}"}
