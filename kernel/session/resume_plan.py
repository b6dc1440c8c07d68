"""The plan for bringing a generation back: which of its components its cells make again, and in which order."""

from kernelferry import _ferry


def plan(session, reader, manifest, records, storable):
    """reader: of the session that comes back; storable: keys of the components whose stored form may be loaded."""
    graph, held = _ferry.SessionGraph(), {tuple(entry.key): entry.fingerprint for entry in manifest.components}
    for record in records:
        at = getattr(record, "execution", None) or getattr(record, "after", 0)
        if at <= manifest.executions and getattr(record, "status", "") != "started" and not _of_another_life(record, manifest, held):
            graph.apply(record)
    costs = {tuple(e.key): _ferry.Cost(bytes=e.bytes, store_seconds=e.seconds, load_seconds=e.seconds, reason=e.reason, opaque=bool(e.opaque),
                                       storable=tuple(e.key) in storable)
             for e in manifest.components}
    return _ferry.plan(graph, costs, policy="store-first", **session.wishes(reader))


def _of_another_life(record, manifest, held):
    """Whether a look saw another life's namespace: emptied by a restart, or with what a resume could not bring back."""
    if not isinstance(record, _ferry.ChangeRecord) or not record.since == record.after == manifest.executions:
        return False
    return any(tuple(key) in held for key in record.gone) or any(held.get(tuple(s.names)) != s.fingerprint for s in record.changed)
