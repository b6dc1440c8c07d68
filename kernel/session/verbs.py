"""The verbs of %session. Each returns a report.Result, or raises CommandError or FerryError."""

import time

from kernelferry.replay import files

from . import rehearsal, report
from .errors import CommandError


def run(session, verb, arguments):
    handler = VERBS.get(verb)
    if handler is None:
        raise CommandError("invalid", f"%session has no verb {verb!r}", "use one of " + ", ".join(VERBS))
    return handler(session, arguments)


def status(session, _arguments=()):
    data = report.shell("ferry.session/1", session.sid)
    reader, proofs = session.store.read(session.sid), session.rehearsal.proofs
    generations = [{"generation": m.generation, "label": m.label or None, "time": m.time_us / 1e6, "bytes": m.bytes,
                    "cells": m.executions, "proved": rehearsal.proved(proofs.get(m.generation))} for m in reader.generations()]
    state = session.status()
    data.update(name=session.info.get("name") or None, notebook=session.info.get("notebook") or None, state=state, generations=generations,
                store=str(session.config.home), changed=session.saver.changed_names(), audits=state["audits"])
    newest = generations[0] if generations else None
    title = (f"Session {session.sid}: generation {newest['generation']}, {report.human_bytes(newest['bytes'])}, saved "
             f"{report.human_seconds(time.time() - newest['time'])} ago" if newest else f"Session {session.sid}: not saved yet")
    lines = [line for line in (f"notebook {data['notebook']}" if data["notebook"] else "", session.anonymous,
                               "" if state["saved"] else "changed since the last save",
                               f"not suspended although nothing runs: {session.sleep.stays}" if session.sleep.stays else "",
                               f"memory is nearly full: {session.pressure.words()}" if session.pressure.low else "",
                               rehearsal.in_words(max(proofs), proofs[max(proofs)]) if proofs else "",
                               audited(state["audits"])) if line]
    data["messages"] = [title, *lines]
    return report.Result(data, title, lines)


def audited(audits):
    """How often looks believed what had changed, and how often that was looked into (docs/skipping.md)."""
    runs, misses = audits["runs"], audits["misses"]
    return f"{misses} miss{'' if misses == 1 else 'es'} in {runs} audit{'' if runs == 1 else 's'}" if runs else ""


def listing(session, _arguments):
    result = status(session)
    rows = [[g["generation"], g["label"] or "", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(g["time"])),
             report.human_bytes(g["bytes"]), g["cells"], "yes" if g["proved"] else ""] for g in result.data["generations"]]
    result.table = (["generation", "label", "saved", "size", "cells", "proved"], rows)
    return result


def last_report(session, _arguments):
    result = status(session)
    if session.arrivals.current is None:
        result.lines = ["This kernel has not brought anything back."]
        return result
    resumed = session.arrivals.current.result()
    result.title, result.lines, result.table = resumed.title, resumed.lines, resumed.table
    result.data["report"], result.data["messages"] = resumed.data, resumed.data["messages"]
    return result


def effects(session, arguments):
    if len(arguments) > 1 or any(not argument.isdigit() for argument in arguments):
        raise CommandError("invalid", "%session effects takes the number of one cell", "as in %session effects 3, or no number for all")
    wanted = int(arguments[0]) if arguments else None
    rows = [[r.count, e.kind, e.detail, "not by itself" if e.unsafe else ""] for r in session.records() for e in r.effects
            if wanted in (None, r.count) and e.kind != "ferry"]
    result = status(session)
    result.title = (f"{len(rows) or 'No'} effect{'' if len(rows) == 1 else 's'} of {'cells' if wanted is None else f'cell [{wanted}]'} "
                    "on the world outside the variables")
    result.data["messages"] = [result.title]
    result.data["effects"] = [{"cell": c, "kind": k, "detail": d, "unsafe": bool(u)} for c, k, d, u in rows]
    result.lines, result.table = [], (["cell", "effect", "runs again", "what"], [[c, k, u, in_words(d)] for c, k, d, u in rows])
    return result


def in_words(detail):
    """What a person reads of an effect: of a file that was read its size and time."""
    read = files.state_of(detail)
    return detail if read is None else f"{read.path}, {read.words()}"


def rehearse(session, arguments):
    if arguments:
        raise CommandError("invalid", "%session rehearse takes no argument", "it rehearses what is there now")
    manifest = session.keep()
    try:
        proof = session.rehearsal.now()
    except OSError as error:
        raise CommandError("refused", f"a scratch engine cannot be started: {error}", "see that the store's disk has room and hard links") from None
    if proof is None:
        raise CommandError("refused", "memory ran short while the generation was rehearsed, so nothing is proved", "free some, and try again")
    result = status(session)
    result.title, result.lines = rehearsal.in_words(manifest.generation, proof), []
    result.data["messages"].insert(0, result.title)
    return result


def name(session, arguments):
    if len(arguments) != 1:
        raise CommandError("invalid", "%session name takes one name", "as in %session name titanic")
    session.info["name"] = arguments[0]
    session.writer.set(name=arguments[0])
    return status(session)


def mark(field, opposite, known, what):
    """A verb that remembers variables or cells in session.json under `field`; what is named there leaves `opposite`."""

    def run(session, arguments):
        unknown = [argument for argument in arguments if argument not in known(session)]
        if unknown:
            raise CommandError("not-found", f"there is no {what} {unknown[0]}", f"{field.replace('_', '-')} takes {what}s of this session")
        kept = sorted({*session.info.get(field, ()), *arguments})
        other = sorted(set(session.info.get(opposite, ())) - set(arguments))
        session.info.update({field: kept, opposite: other})
        if field == "replay_ok":
            session.fatal.forgive({execution for execution, count in session.counts().items() if str(count) in arguments})
        session.writer.set(**{field: kept, opposite: other})
        session.saver.replan()  # the next generation follows the new wish
        result = status(session)
        line = f"{field.replace('_', '-')}: {', '.join(kept) or 'nothing'}"
        result.lines.append(line)
        result.data["messages"].append(line)
        return result

    return run


def forget(session, arguments):
    if len(arguments) != 1 or not arguments[0].isdigit():
        raise CommandError("invalid", "%session forget takes the number of a generation", "%session list shows them")
    session.writer.forget(int(arguments[0]))
    session.saver.collect_now()
    return status(session)


def of_variables(field, opposite):
    return mark(field, opposite, lambda session: session.user_names(), "variable")


def of_cells(field, opposite):
    return mark(field, opposite, lambda session: {str(count) for count in session.counts().values()}, "cell")


VERBS = {"status": status, "list": listing, "report": last_report, "effects": effects, "name": name,
         "pin": of_variables("pinned", "recompute"), "recompute": of_variables("recompute", "pinned"),
         "replay-ok": of_cells("replay_ok", "no_replay"), "no-replay": of_cells("no_replay", "replay_ok"), "forget": forget,
         "rehearse": rehearse}
