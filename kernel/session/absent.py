"""What is said below a NameError of a name that the session had and that is not here: why it did not come back, and what brings it.

Asked only when a cell has ended in such an error, so that a cell without one pays nothing. Of a name that this life deleted, or
that is empty on purpose since a restart, there is nothing to say.
"""

import dis

from . import report

REASON = 300  # characters of a reason; the report has it whole
SOURCE = 60  # of the line that tells the reader which cell is meant


def explain(session, error) -> str:
    """The line for this error, or ""."""
    name = getattr(error, "name", None)
    never_left = session.arrivals.current is None and session.born == 0
    if never_left or type(error) is not NameError or not name or not _in_namespace(error, session.namespace):
        return ""
    records = {r.execution: r for r in session.records()}
    if name in session.namespace or any(name in r.deletes for r in records.values() if r.execution > session.born):
        return ""
    return _of_arrival(session, name, records) or _of_earlier(session, name, records)


def _in_namespace(error, namespace):
    """Whether the cell's own code, or a function of the session's, looked for the name."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals is namespace


def _of_arrival(session, name, records):
    """What the newest resume knows of it."""
    arrival = session.arrivals.current
    if arrival is None or not arrival.done:
        return ""
    interrupted = session.arrivals.interrupted
    if interrupted is not None and name in _bound(session.shell, interrupted.source):
        return f"{name}: {cell_named(interrupted)}, which assigns it, was running when the session ended, and was not run again. Run it again."
    for outcome in reversed(arrival.behind.outcomes):
        record = records.get(outcome["execution"])
        if outcome["status"] != "replayed" and record is not None and name in record.writes:
            return (f"{name}: {cell_named(record)}, which assigns it, ran after the last save and was not run again by itself: "
                    f"{report.cut(outcome['reason'], REASON)}. Run it again.")
    key = arrival.by_name.get(name)
    state = arrival.loader.states.get(key)
    if state is None:
        return ""
    if state.way == "pending":
        return f"{name} is stored and has not been loaded. %resume brings it back." if arrival.broken else (
            f"{name} is stored and was not asked for. %resume last {name} brings it back.")
    if state.way not in ("failed", "lost"):
        return ""
    reason = arrival.account_of(name, state)["reason"] or "the report has no reason"
    return _lost(name, reason, maker(session, name, records))


def _of_earlier(session, name, records):
    """What an earlier resume of this session left out, so that the newest generation does not know the name any more."""
    clean = session.writer.info().get("clean") or {"life": 0, "execution": 0}
    made_by = maker(session, name, records)
    saved = [m for m in session.store.read(session.sid).generations() if m.life >= clean["life"] and m.life < session.life
             and any(name in entry.names for entry in m.components)]
    if made_by is None or made_by.execution <= clean["execution"] or not saved or any(name in r.deletes for r in records.values() if r.execution > made_by.execution):
        return ""
    return _lost(name, f"it was there in generation {saved[0].generation}, and was left out when the session came back later", made_by)


def _lost(name, reason, made_by):
    how = cell_named(made_by) if made_by is not None else "the cell that makes it"
    return f"{name} did not come back with this session: {report.cut(reason, REASON).rstrip('.')}. To have it again, run {how}."


def maker(session, name, records):
    """The newest cell of an earlier life that assigned the name; where none spells it, the newest that may have; or None."""
    may = [r for r in records.values() if r.execution <= session.born and name in r.writes]
    return next((r for r in reversed(may) if name in _bound(session.shell, r.source)), may[-1] if may else None)


def _bound(shell, source):
    """The names that a cell assigns at its top."""
    try:
        code = compile(shell.transform_cell(source), "<cell>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return set()
    return {i.argval for i in dis.get_instructions(code) if i.opname in ("STORE_NAME", "STORE_GLOBAL")}


def cell_named(record) -> str:
    """`cell [3] (db = sqlite3.connect(":memory:"))`: prompts are gone where a notebook was not saved."""
    line = next(filter(None, map(str.strip, record.source.splitlines())), "")
    return f"cell [{record.count}] ({report.cut(line, SOURCE)})"
