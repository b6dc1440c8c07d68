"""Is what each look found changed within what the record of the cells before it says may have changed?

The harness looks at everything after every cell, so the log of a recorded session holds the truth (its change records)
beside the claim (reads, writes, deletes and doors of its cells). A change outside the claim is a *miss*: where it can be
stored it only makes the variable store-only, but a save that skips what no cell touched would pass it over. What is
claimed and did not change is the *excess*: it costs looks, and makes replay less selective.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kernelferry import _ferry


@dataclass
class Claims:
    cells: int = 0
    claimed: int = 0  # names that cells may have changed, over all cells; behind a door all that lived
    changed: int = 0  # names found changed, made or deleted
    misses: list[str] = field(default_factory=list)


def compare(home: Path) -> Claims:
    """The claims of the one session that a store holds."""
    store = _ferry.Store.open(str(home))
    (session,) = [s["session"] for s in store.sessions()]
    found, window, lived = Claims(), [], set()
    for record in store.read(session).records():
        if isinstance(record, _ferry.CellRecord):
            if record.status != "started":
                window.append(record)
            continue
        made = {name for state in record.changed for name in state.names}
        gone = {name for key in record.gone for name in key}
        if all(any(effect.kind == "ferry" for effect in cell.effects) for cell in window):
            lived, window = (lived - gone) | made, []  # no cell did it: an expression that the harness evaluated did
            continue
        claimed = {name for cell in window for name in (*cell.reads, *cell.writes, *cell.deletes)}
        door = any(cell.door for cell in window)
        named = {name for name in made | gone if not name.startswith("#")}
        for state in record.changed:
            # A component counts as claimed when a name of it is; one without a name travels with who needs it.
            if state.transparent and not door and not claimed & set(state.names) and not all(name.startswith("#") for name in state.names):
                found.misses.append(f"after cell {record.after}: {', '.join(state.names)}")
        found.cells += len(window)
        found.claimed += len(claimed | (lived if door else set()))
        found.changed += len(named)
        lived, window = (lived - gone) | made, []
    return found
