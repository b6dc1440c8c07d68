"""Which file a connection of sqlite3 is connected to, and how. Nothing is opened for that: closing a file lets go of the locks on it."""
import fcntl
import importlib
import os

from kernelferry._ferry import born_at
from kernelferry.objects import files


def place_of(ask, path) -> tuple[str, tuple[int, int], str, bool]:
    """(path, identity, whether it is read only, as a URI says it, whether the connection takes URIs)"""
    there = identity_of(path)
    descriptors = [] if there is None else files.descriptors_of(path)
    if not descriptors:
        raise TypeError(f"its file {path} has been removed, or another stands in its place")
    if not there[1]:
        raise TypeError(f"the file system does not tell when {path} was made, by which it would be known again")
    modes = {fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE for descriptor in descriptors}
    if len(modes) > 1:
        raise TypeError(f"the session has opened its file {path} both to read only and to write: close the others")
    if not _locks(ask, descriptors):
        raise TypeError(f"it does not lock its file {path} (immutable, nolock), which it does not tell otherwise")
    return path, there, "ro" if modes == {os.O_RDONLY} else "rw", _takes_uris(ask)


def identity_of(path) -> tuple[int, int] | None:
    """(inode, when it was made): what is in a database is the world's, and changes."""
    try:
        return os.stat(path).st_ino, born_at(os.fsencode(path))
    except OSError:
        return None


def _locks(ask, descriptors) -> bool:
    """While it gives out rows."""
    rows = ask.rows("with n(x) as (values (1), (2)) select x, (select count(*) from sqlite_master) from n")
    try:
        return any(map(files.is_locked, descriptors))
    finally:
        rows.close()


def _takes_uris(ask) -> bool:
    """By the words in which it refuses to attach what cannot be."""
    try:
        ask("attach 'file:/dev/null/none?mode=none' as ferry")
    except importlib.import_module("sqlite3").OperationalError as error:
        return "access mode" in str(error)
    raise TypeError("what its names mean cannot be seen")
