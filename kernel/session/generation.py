"""What a generation says of itself: its manifest, with the way that each component would come back by and what that costs."""

import functools
import os
import platform
import sys
import time

from kernelferry import _ferry
from kernelferry.codec import blob

from . import report

UNNAMED = "something that threads did not let be named"  # who holds a component of which saver.py could not ask


def manifest(session, label, components, encoded, process):
    """The manifest of these components (key -> component of a look), as they are `encoded`, and these items of process state."""
    plan = _ferry.plan(session.graph, costs(session, components, encoded), policy="store-first", image=session.images.planned(), **session.wishes())
    planned = {entry["key"]: entry for entry in plan["entries"]}
    entries = [_entry(session, number, component, encoded[key], planned[key]) for number, (key, component) in enumerate(components.items())]
    return _ferry.Manifest(
        label=label, time_us=int(time.time() * 1e6), executions=session.saver.looks.looked, life=session.life,
        execution_count=session.shell.execution_count, python=sys.version.split()[0], platform=system(),
        packages=packages(), components=entries, process=process, next_pid=session.walker.next_pid,
        hash_seed=int(session.info.get("hash_seed", 0)))


def costs(session, components, encoded):
    """What the planner needs to know of each component."""
    pinned, recompute = session.info.get("pinned", ()), session.info.get("recompute", ())
    referred = {pid for c in components.values() for pid in c.needs}
    found = {}
    for key, e in encoded.items():
        if key not in components:
            continue
        proved = session.rehearsal.verdict(key, e.fingerprint)
        left = e.unfound and not e.error  # its cells would find what a reload has put in their place, which looks the same
        found[key] = _ferry.Cost(
            bytes=e.bytes, store_seconds=e.seconds, load_seconds=e.seconds, storable=not e.error, reason=e.error, opaque=bool(e.opaque),
            pinned=bool(left) or proved is False or any(name in pinned for name in key), verified_replay=proved is True,
            referred=not referred.isdisjoint(e.exports),
            user_recompute=not left and proved is not False and any(name in recompute for name in key))
    return found


def _entry(session, number, c, e, planned):
    """As it comes back without an image, if it does: an image may not come back."""
    types = {name: type_name(session.namespace[name]) for name in c.names}
    restored = set().union(*(session.saver.registered.get(name, ()) for name in c.names))
    holders = UNNAMED if c.escaped and e.held_by is None else e.held_by or ""
    distrusted = planned["way"] == "stored" and session.rehearsal.verdict(c.key, c.fingerprint) is False
    why = "made again in a rehearsal, it came out different" if distrusted else planned["reason"]
    held = ", ".join(holder for holder in holders.split(", ") if holder not in restored) if c.escaped else ""  # it may have been let go of since
    return _ferry.ComponentEntry(
        number=number, key=list(c.key), names=list(c.names), exports=list(c.exports), needs=list(c.needs),
        way="replayed" if planned["code"] == "image-cheaper" else planned["way"], code="differs" if e.notes else planned["code"],
        reason="; ".join(e.notes) if e.notes else "" if planned["code"] == "fits" else why,
        blob=e.blob, bytes=e.bytes, fingerprint=c.fingerprint, opaque=c.opaque, types=types, mentions=list(c.mentions),
        escaped=c.escaped, held_by=held, executions=planned["executions"], seconds=e.seconds)


def stored_whole(reader, entry):
    """Whether a component can be loaded. Of most that is replayed at most the classes are stored."""
    try:
        return bool(entry.blob) and sorted(blob.Parts(reader.blob(entry.blob)).names) == sorted(entry.names)
    except (ValueError, _ferry.FerryError):
        return False


def variables(session, manifest):
    """The variables of a generation, as results have them (docs/interfaces.md, "JSON")."""
    counts = session.counts()
    found = {}
    for entry in manifest.components:
        for name in entry.names:
            found[name] = {
                "way": "image" if entry.code == "image-cheaper" else entry.way, "verified": None, "type": entry.types.get(name, ""),
                "component": entry.number, "bytes": entry.bytes,
                "seconds": round(entry.seconds, 6), "cells": [counts[e] for e in entry.executions if e in counts],
                "code": entry.code, "reason": report.with_prompts(entry.reason, counts) or None, "alternative": None, "held_by": entry.held_by or None}
    return dict(sorted(found.items()))


def process(manifest, reader):
    """Its items of process state, likewise."""
    return {item.name: {"way": "stored", "verified": None, "type": item.name, "component": None,
                        "bytes": len(memoryview(reader.blob(item.blob))), "seconds": 0.0,
                        "cells": [], "code": "fits", "reason": item.summary or None, "alternative": None, "held_by": None}
            for item in manifest.process}


def type_name(value):
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


@functools.cache
def system():
    """What platform.platform() says, but for the processor, for which that starts a program beside the session's cells."""
    kernel = os.uname()
    return "-".join([kernel.sysname, kernel.release, kernel.machine, *filter(None, platform.libc_ver())])


def packages():
    """Versions of the top-level packages that are imported, where they say one; those of Python itself are Python's."""
    found = {}
    for name, module in list(sys.modules.items()):
        version = None if "." in name or name in sys.stdlib_module_names else module.__dict__.get("__version__") if hasattr(module, "__dict__") else None
        if isinstance(version, str):
            found[name] = version
    return found
