"""The front end's connection file, for who wants to connect another one: ipykernel.get_connection_file() and its kin."""
import importlib.util
import json
import os
import subprocess
import sys

from traitlets.config import Application


class NoQtConsole(RuntimeError):
    """Says how to get one."""


def get_connection_file(app=None):
    """The path of the connection file that the front end wrote; the kernel's id is in its name."""
    return (app or Application.instance()).connection_file


def get_connection_info(connection_file=None, unpack=False):
    """What another front end needs to connect to this kernel: JSON text, or (unpack) a dict with the key in bytes."""
    path = connection_file or get_connection_file()
    try:
        with open(path) as file:
            text = file.read()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is not on this host: the session has moved, and its front end's files are where "
                                "Jupyter runs. Connect there") from None
    if not unpack:
        return text
    info = json.loads(text)
    return {**info, "key": info.get("key", "").encode()}


def connect_qtconsole(connection_file=None, argv=None):
    """Opens a Qt console on this kernel -> its process. Raises NoQtConsole."""
    path = connection_file or get_connection_file()
    if importlib.util.find_spec("qtconsole") is None:
        lack, remedy = "qtconsole is not installed for this Python", "%pip install qtconsole PyQt5"
    elif not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        lack, remedy = "this process has no display", "start Jupyter in a desktop session"
    else:
        return subprocess.Popen([sys.executable, "-m", "qtconsole", "--existing", path, *(argv or [])],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    raise NoQtConsole(f"no Qt console: {lack}. To mend it: {remedy}; or run in a terminal: jupyter console --existing {path}")
