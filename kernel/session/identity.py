"""Which session this process is: the relay's choice, or for an engine without a relay the same rules again."""

import os
from pathlib import Path

from kernelferry import _ferry

from . import config as configuration


def open_session(options):
    """(config, store, writer, session.json) for the options of the command line. Raises FerryError, ConfigError.

    session.json gets two keys that are not on disk: `sid`, and `damage`, as reader.damage() found it before the writer cut it off.
    """
    config = configuration.load(options.environ)
    store = _ferry.Store.open(str(config.home), config.quota)
    sid = options.session or _find(store, config, options.environ)
    damage = store.read(sid).damage()
    if options.start == "arrive":  # it belongs to another host until that gives it up
        from .stand_ins import LaterWriter
        writer = LaterWriter(store.read(sid))
        return config, store, writer, {**writer.info(), "sid": sid, "damage": damage}
    writer = store.write(sid, options.lock_fd if options.lock_fd is not None else -1)
    return config, store, writer, {**writer.info(), "sid": sid, "damage": damage}


def _find(store, config, environ):
    notebook = os.environ.get("JPY_SESSION_NAME", "")
    notebook = os.path.realpath(notebook) if notebook else ""
    found = store.find(notebook) if notebook else None
    if found is None:
        found = store.create({"notebook": notebook, "name": config.session, "hash_seed": int.from_bytes(os.urandom(4))})
        if notebook:
            store.bind(notebook, found)
    return found


def notebook_fields(info, environ):
    """Fields of session.json that tell which file the notebook of this session is now: its path, and its number, which it keeps when
    it is renamed. Nothing where the session has no notebook, or the front end does not say which."""
    notebook = os.path.realpath(environ.get("JPY_SESSION_NAME") or "") if info.get("notebook") and environ.get("JPY_SESSION_NAME") else ""
    if not notebook:
        return {}
    try:
        return {"notebook": notebook, "file": os.stat(notebook).st_ino}
    except OSError:  # the front end makes it later, or it lies elsewhere
        return {"notebook": notebook, "file": None}


def notebook_cell_ids(path: str):
    """The cell ids in a notebook file, or None where it cannot be read. An empty set: it records none."""
    from json import loads
    try:
        cells = loads(Path(path).read_text(encoding="utf-8"))["cells"]
        return {cell["id"] for cell in cells if "id" in cell}
    except (OSError, ValueError, KeyError, TypeError):
        return None
