"""What the magics do, without their syntax. Each returns a report.Result, or raises CommandError or FerryError."""

import time

from kernelferry import _ferry
from kernelferry.replay import files

from . import plan_picture, rehearsal, report


class CommandError(Exception):
    """A request that cannot be done: code, what and remedy as in FerryError."""

    def __init__(self, code, what, remedy=""):
        super().__init__(what)
        self.code, self.what, self.remedy = code, what, remedy


# -- %checkpoint, %suspend

def checkpoint(session, label, system=False):
    """Saves a generation, and takes an image of it where something needs one, or it was asked for (docs/images.md)."""
    result, manifest = save(session, label)
    begun = time.perf_counter()
    image = session.images.take(manifest, system)
    lines = []
    if image is not None and "bytes" in image:
        result.data["image"] = image
        result.data["seconds"] = round(result.data["seconds"] + time.perf_counter() - begun, 6)
        lines = [f"with a system image of {report.human_bytes(image['bytes'])}"]
    elif image is not None:
        if system:
            raise CommandError(image["code"], image["what"], image["remedy"])
        for names, outcome in ((session.images.carried(manifest), "will not come back"), (session.images.spared(manifest), "need their cells to run again")):
            if names:
                lines.append(f"no system image was taken, so that these {outcome}: {', '.join(names)}. {image['what']}")
        lines.append(image["remedy"])
    lines = [line for line in lines if line]
    result.lines[:0] = lines
    result.data["messages"][1:1] = lines
    return result


def save(session, label):
    """(result, manifest) of a generation saved now, without an image."""
    begun = time.perf_counter()
    before = session.saver.written
    manifest = session.keep(label)
    data = report.shell("ferry.checkpoint/1", session.sid)
    variables = manifest_variables(session, manifest)
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes,
                bytes_moved=session.saver.written - before, image=None, seconds=round(time.perf_counter() - begun, 6),
                variables=variables, process=manifest_process(manifest, session.store.read(session.sid)))
    kept = sum(entry["way"] == "stored" for entry in variables.values())
    title = f"Saved generation {manifest.generation}: {kept} of {len(variables)} variables stored, {report.human_bytes(manifest.bytes)}"
    others = [f"{name}: {e['way']} ({e['reason']})" for name, e in variables.items() if e["way"] != "stored"]
    data["messages"] = [title, *others]
    return report.Result(data, title, others), manifest


def suspend(session):
    result, _ = save(session, "")
    session.shell.exit_now = True  # once this cell is answered
    woken = getattr(session.shell, "ferry_tell_relay", None) is not None
    result.data["messages"].insert(0, "Suspended: its memory is free, and the next cell wakes the session." if woken
                                   else "The kernel ends now; open the notebook again to go on.")
    result.lines.insert(0, result.data["messages"][0])
    return result


def manifest_variables(session, manifest):
    counts = session.counts()
    found = {}
    for entry in manifest.components:
        for name in entry.names:
            found[name] = {
                "way": "image" if entry.code == "image-cheaper" else entry.way, "verified": None, "type": entry.types.get(name, ""), "component": entry.number, "bytes": entry.bytes,
                "seconds": round(entry.seconds, 6), "cells": [counts[e] for e in entry.executions if e in counts],
                "code": entry.code, "reason": report.with_prompts(entry.reason, counts) or None, "alternative": None, "held_by": entry.held_by or None}
    return dict(sorted(found.items()))


def manifest_process(manifest, reader):
    return {item.name: {"way": "stored", "verified": None, "type": item.name, "component": None,
                        "bytes": len(memoryview(reader.blob(item.blob))), "seconds": 0.0,
                        "cells": [], "code": "fits", "reason": item.summary or None, "alternative": None, "held_by": None}
            for item in manifest.process}


# -- %resume

def resume(session, words, dry_run, overwrite):
    current = session.arrivals.current
    if not words and current is not None and current.whole and not overwrite and not dry_run:
        session.arrivals.finish()
        if not current.broken:
            return session.arrivals.tell()
    reader, records, manifest, names = choose(session, words)
    if dry_run:
        return preview(session, reader, manifest, names)
    session.arrivals.finish()
    session.saver.look_now()  # what the cells before this one made is theirs; the rest comes from the generation
    session.saver.looked = session.execution
    session.arrivals.begin(manifest, reader, records, overwrite=overwrite, only=names or None, behind=not words)
    session.arrivals.finish()
    return session.arrivals.tell()


def choose(session, words):
    """(reader, records, manifest, names) of %resume's words: [last | SESSION | GENERATION | LABEL] [NAMES...]."""
    words = list(words)
    reader = session.store.read(session.sid)
    manifests = reader.generations()
    first = words[0] if words else ""
    chosen = None
    names = {name for entry in manifests[0].components for name in entry.names} if manifests else set()
    if first in ("last", ""):
        chosen = next((m for m in manifests if m.life != session.life and m.components), None)
        del words[:1]
    else:
        chosen = next((m for m in manifests if first in (m.label, str(m.generation))), None)
        if chosen is not None:
            words.pop(0)
        elif first.isdigit() and len(first) < 16:
            raise CommandError("not-found", f"there is no generation {first}", "%session list shows the generations there are")
        elif first not in names:
            other = find_session(session.store, first)
            if other is not None:
                words.pop(0)
                reader = session.store.read(other)
                manifests = reader.generations()
    chosen = chosen or session.arrivals.newest(manifests)
    if chosen is None:
        raise CommandError("not-found", "this session has no generation yet", "%checkpoint makes one")
    known = {name for entry in chosen.components for name in entry.names}
    unknown = [word for word in words if word not in known]
    if unknown:
        raise CommandError("not-found", f"no generation, label, session or variable {unknown[0]!r}",
                           "%session list shows what there is")
    return reader, reader.records(), chosen, words


def find_session(store, word):
    """The SID that a word names (SID, unique prefix of it, name, or notebook path), or None."""
    try:
        return store.resolve(word)
    except _ferry.FerryError as error:
        if error.code == "not-found":
            return None
        raise


def preview(session, reader, manifest, names):
    variables = {n: e for n, e in manifest_variables(session, manifest).items() if not names or n in names}
    data = report.shell("ferry.resume/1", session.sid)
    counts = session.counts()
    own = {r.execution for r in session.records() if any(e.kind == "ferry" for e in r.effects)}
    verdicts = () if names or reader.folder != session.writer.folder else _ferry.plan_behind(
        session.graph, manifest.executions, **session.wishes())
    behind = [{"cell": counts.get(v["cell"], v["cell"]), "status": "not-replayed", "reason": report.with_prompts(v["reason"], counts)}
              for v in verdicts if v["cell"] not in own]
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes, bytes_moved=0,
                seconds=round(sum(e["seconds"] for e in variables.values()), 6), variables=variables, process={} if names else manifest_process(manifest, reader),
                cells_behind=behind, changed_packages=[],
                changed_files=files.changed_files(r for r in reader.records() if getattr(r, "status", "started") != "started"
                                                  and r.execution <= manifest.executions))
    title = f"Generation {manifest.generation} would bring back {len(variables)} variables, {report.human_bytes(manifest.bytes)}"
    data["messages"] = [title, *report.changed_lines(data["changed_files"])]
    return report.Result(data, title, data["messages"][1:], report.variable_table(variables))


# -- %migrate --plan

def plan(session, policy, host):
    manifest = session.keep()
    made = {p: _ferry.plan(session.graph, session.saver.costs(), policy=p, have_source=True, image=session.images.planned(), **session.wishes())
            for p in ("store-first", "cheapest")}
    return plan_result(session, manifest, made, policy, host)


def plan_result(session, manifest, made, policy, host):
    """The plans of both policies for one generation, as a report of the chosen one."""
    chosen, counts = made[policy], session.counts()
    by_key = {entry["key"]: entry for entry in chosen["entries"]}
    variables = manifest_variables(session, manifest)
    for entry in manifest.components:
        planned = by_key.get(tuple(entry.key))
        for name in entry.names if planned else ():
            variables[name].update(
                way=planned["way"], code=planned["code"], reason=report.with_prompts(planned["reason"], counts) or None, bytes=planned["bytes"],
                seconds=round(planned["seconds"], 6), cells=[counts[e] for e in planned["executions"] if e in counts],
                alternative=planned["alternative"])
    data = report.shell("ferry.plan/1", session.sid)
    totals = {p: m["totals"] for p, m in made.items()}
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes, bytes_moved=totals[policy]["bytes"],
                seconds=totals[policy]["save_s"] + totals[policy]["restore_s"], variables=variables,
                process=manifest_process(manifest, session.store.read(session.sid)), policy=policy, target=host or None, totals=totals[policy],
                blockers=[{**b, "cell": counts.get(b["cell"], b["cell"]), "effect": report.with_prompts(b["effect"], counts),
                           "remedy": report.with_prompts(b["remedy"], counts)} for b in chosen["blockers"]])
    lines = [f"{p}: {report.human_bytes(t['bytes'])} to send, {report.human_seconds(t['save_s'])} to save, "
             f"{report.human_seconds(t['restore_s'])} to restore" + ("  (shown below)" if p == policy else "")
             for p, t in totals.items()]
    ways = {}
    for entry in variables.values():
        ways[entry["way"]] = ways.get(entry["way"], 0) + 1
    title = f"Plan ({policy}): " + ", ".join(f"{count} {way}" for way, count in sorted(ways.items()))
    data["messages"] = [title, *lines]
    return report.Result(data, title, lines, report.variable_table(variables), picture=picture(session, chosen, counts))


def picture(session, plan, counts):
    """The plan drawn: its cells, and its components by their names."""
    again = {execution for what, execution in plan["steps"] if what == "replay"}
    cells = [(r.count, r.source.strip().partition("\n")[0], r.execution in again) for r in session.records()]
    variables = []
    for entry in plan["entries"]:
        names = [name for name in entry["key"] if not name.startswith("#")]
        if names:
            text = report.human_bytes(entry["bytes"]) if entry["way"] == "stored" else report.human_seconds(entry["seconds"])
            made_by = [counts[e] for e in entry["executions"] if e in counts]
            variables.append((", ".join(names), entry["way"], f"{entry['way']}, {text}" if entry["way"] in ("stored", "replayed") else entry["way"], made_by))
    return plan_picture.draw(cells, variables)


# -- %migrate HOST

def migrate(session, args):
    """Tells the relay, which holds this cell's reply until the session has moved (docs/link.md)."""
    tell = getattr(session.shell, "ferry_tell_relay", None)
    if tell is None:
        raise CommandError("refused", "this kernel has no relay, so that nothing can move it", "start it through a Jupyter front end")
    if session.anonymous and not session.sid:
        raise CommandError("refused", "nothing of this session is kept", session.anonymous)
    tell("ferry_migrate", {"host": args.host, "plan": args.plan, "policy": args.policy or "cheapest", "force": args.force, "yes": args.yes,
                           "json": args.json, "system": args.system, "background": args.background})
    return None


# -- %session

def session(session, verb, arguments):
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
    rows = [[r.count, e.kind, e.detail, "not replayed" if e.unsafe else ""] for r in session.records() for e in r.effects
            if wanted in (None, r.count) and e.kind != "ferry"]
    result = status(session)
    result.title = (f"{len(rows) or 'No'} effect{'' if len(rows) == 1 else 's'} of {'cells' if wanted is None else f'cell [{wanted}]'} "
                    "on the world outside the variables")
    result.data["messages"] = [result.title]
    result.data["effects"] = [{"cell": c, "kind": k, "detail": d, "unsafe": bool(u)} for c, k, d, u in rows]
    result.lines, result.table = [], (["cell", "effect", "what", ""], rows)
    return result


def rehearse(session, arguments):
    if arguments:
        raise CommandError("invalid", "%session rehearse takes no argument", "it rehearses what is there now")
    manifest = session.keep()
    try:
        proof = session.rehearsal.now()
    except OSError as error:
        raise CommandError("refused", f"a scratch engine cannot be started: {error}", "see that the store's disk has room and hard links") from None
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
