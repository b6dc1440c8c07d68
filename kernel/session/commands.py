"""What the magics do, without their syntax. Each returns a report.Result, or raises CommandError or FerryError."""

import time

from kernelferry import _ferry
from kernelferry.replay import files

from . import generation, report
from .errors import CommandError


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
    variables = generation.variables(session, manifest)
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes,
                bytes_moved=session.saver.written - before, image=None, seconds=round(time.perf_counter() - begun, 6),
                variables=variables, process=generation.process(manifest, session.store.read(session.sid)))
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
    session.saver.looks.now()  # what the cells before this one made is theirs; the rest comes from the generation
    session.saver.looks.looked = session.execution
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
        asked = session.fatal.asked()  # lives are one more since: another would be the last
        chosen = next((m for m in manifests if (m.life != session.life if asked is None else m.generation == asked) and m.components), None)
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
    variables = {n: e for n, e in generation.variables(session, manifest).items() if not names or n in names}
    data = report.shell("ferry.resume/1", session.sid)
    counts = session.counts()
    own = {r.execution for r in session.records() if any(e.kind == "ferry" for e in r.effects)}
    verdicts = () if names or reader.folder != session.writer.folder else _ferry.plan_behind(
        session.graph, manifest.executions, **session.wishes())
    behind = [{"cell": counts.get(v["cell"], v["cell"]), "status": "not-replayed", "reason": report.with_prompts(v["reason"], counts)}
              for v in verdicts if v["cell"] not in own]
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes, bytes_moved=0,
                seconds=round(sum(e["seconds"] for e in variables.values()), 6), variables=variables, process={} if names else generation.process(manifest, reader),
                cells_behind=behind, changed_packages=[],
                changed_files=files.changed_files(r for r in reader.records() if getattr(r, "status", "started") != "started"
                                                  and r.execution <= manifest.executions))
    title = f"Generation {manifest.generation} would bring back {len(variables)} variables, {report.human_bytes(manifest.bytes)}"
    data["messages"] = [title, *report.changed_lines(data["changed_files"])]
    return report.Result(data, title, data["messages"][1:], report.variable_table(variables))


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
