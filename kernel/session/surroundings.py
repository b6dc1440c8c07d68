"""What a session stands on besides its variables, and what another host must have for it: packages, files, a folder."""

import os
import sys

from kernelferry.replay import files

from . import facts
from .generation import packages

RUNNING = ("IPython", "ipykernel", "kernelferry", "zmq", "tornado")  # not the session's own: what a kernel is made of


def own_packages():
    """The packages of the session, with their versions."""
    return {name: version for name, version in packages().items() if name not in RUNNING and name != "__main__"}


def read_files(session):
    """Files that cells read, and that are here as they were read or changed since."""
    read = dict.fromkeys(os.path.abspath(each.path) for record in session.records() for each in files.reads(record))
    return [[path, *found] for path in read if not _of_system(path) and (found := facts.fingerprint(path))]


def _of_system(path):
    """Files that belong to an installation, and come with packages."""
    return path.startswith((sys.prefix, sys.base_prefix + "/lib", "/usr/", "/etc/", "/proc/", "/sys/", "/dev/", "/lib"))


def comms():
    """The ids of the open comms: widgets, mostly."""
    import comm
    return list(comm.get_comm_manager().comms)


def directory():
    """The working directory; "" where it has been removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
