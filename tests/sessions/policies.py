"""The cheapest plan for a generation that is stored, so that it can be brought back by it as a move would.

A move asks the planner which variables are cheaper made again than sent, and the far end gets a manifest that says so
(kernel/session/moving.py). Here the manifest is written into the store itself, as a generation of its own beside the one
it stems from. Stored forms stay where they are: what a replay does not bring back as it was is loaded, as the source would
send it.
"""

from __future__ import annotations

from pathlib import Path

from kernelferry import _ferry

BANDWIDTH = 1e6  # bytes a second: so slow a wire that much is made again


def plan_cheapest(home: Path, label: str) -> str:
    """Commits the generation of this label once more, by the cheapest plan; its new label, "" where nothing of what is
    stored would be made again. home: a store with one session that no kernel writes.
    """
    store = _ferry.Store.open(str(home))
    (session,) = [s["session"] for s in store.sessions()]
    reader = store.read(session)
    manifest = next(m for m in reader.generations() if m.label == label)
    plan = _ferry.plan(graph_of(reader, manifest), costs_of(manifest), policy="cheapest", bandwidth=BANDWIDTH, have_source=True)
    again = {entry["key"]: entry["executions"] for entry in plan["entries"] if entry["way"] == "replayed"}
    components = list(manifest.components)
    changed = [entry for entry in components if entry.way == "stored" and tuple(entry.key) in again]
    if not changed:
        return ""
    for entry in changed:
        entry.way, entry.executions = "replayed", again[tuple(entry.key)]
    manifest.components, manifest.label = components, f"{label}-cheapest"
    with store.write(session) as writer:
        writer.commit(manifest)
    return manifest.label


def graph_of(reader, manifest):
    """What the log knows up to the generation, of a session with one life."""
    graph = _ferry.SessionGraph()
    for record in reader.records():
        at = record.execution if isinstance(record, _ferry.CellRecord) else record.after
        if at <= manifest.executions and getattr(record, "status", "") != "started":
            graph.apply(record)
    return graph


def costs_of(manifest) -> dict:
    """What others refer to is known by its blob, so it is stored."""
    return {tuple(e.key): _ferry.Cost(bytes=e.bytes, store_seconds=e.seconds, load_seconds=e.seconds, storable=e.way == "stored",
                                      reason=e.reason, opaque=bool(e.opaque), referred=bool(e.exports))
            for e in manifest.components}
