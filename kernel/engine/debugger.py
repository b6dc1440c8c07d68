"""Variables for the front end's debugger panel.

xeus-python's debugger (C++) drives debugpy and asks a Python class XDebugger, from the module
`xeus_python_shell.debugger`, for the variables while nothing is stopped, and which of those that debugpy tells are shown
where something is; this is that class (standins.py). debugpy is imported only when a debugger attaches.
"""
import contextlib
import os
import re
import types

from IPython.core.getipython import get_ipython

HIDDEN = frozenset("""__name__ __doc__ __package__ __loader__ __spec__ __annotations__ __builtins__ __builtin__ __display__
get_ipython debugpy exit quit In Out _oh _dh _ __ ___""".split())
NUMBERED = re.compile(r"_i?\d+$|_i+$")
UNCHECKED = "PYDEVD_DISABLE_FILE_VALIDATION"    # debugpy says in the user's cell that Python was not started for it


@contextlib.contextmanager
def without_its_warning():
    """debugpy is imported in here."""
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
        variable = self._frames.get_variable(reference or id(self._frame))
        return [child.get_var_data() for child in variable.get_children_variables()]


class XDebugger:
    def __init__(self):
        self._names = None

    def inspect_variables(self, message):
        shell = get_ipython()
        self._names = _Names(shell.user_ns, shell.compile.get_filename("sys._getframe()"))
        return self._response(message, self._names.children())

    def variables(self, message):
        known = self._names.children(message["arguments"]["variablesReference"]) if self._names else []
        return self._response(message, known)

    def build_variables_response(self, message, variables):
        """Where something is stopped: of a frame, as debugpy tells them."""
        return self._response(message, variables)

    @staticmethod
    def _response(request, variables):
        shown = [v for v in variables if v["name"] not in HIDDEN and not NUMBERED.match(v["name"])]
        return {"seq": request["seq"], "type": "response", "request_seq": request["seq"], "success": True,
                "command": request["command"], "body": {"variables": shown}}
