"""Plans as results: what would travel by which way, how much that is, and what stands against it."""

import dataclasses

from kernelferry import _ferry

from . import generation, plan_picture, plan_sides, report

BLOCKERS = 3  # lines about cells that must not run again
UNKNOWN = 500e6  # bytes a second, where no host was named whose wire could be measured


def plan(session, policy, host):
    """%migrate --plan: both plans for what is here now."""
    manifest = session.keep()
    made = {p: _ferry.plan(session.graph, session.saver.costs(), policy=p, have_source=True, bandwidth=UNKNOWN, image=session.images.planned(), **session.wishes())
            for p in plan_sides.POLICIES}
    wire = f"reckoned with {report.human_bytes(UNKNOWN)} a second; name a host, and the wire to it is measured"
    return plan_result(session, manifest, made, policy, host, UNKNOWN, [wire])


def plan_result(session, manifest, made, policy, host, bandwidth, lines, prices=None):
    """The plans of both policies for one generation, as a report of the chosen one. `lines`: what is to be said of the wire and
    the host; `prices`: of the policies by which the whole session travels in a system image (plan_sides.side)."""
    chosen, counts = made[policy], session.counts()
    sides = {p: plan_sides.side(m, counts, bandwidth, (prices or {}).get(p)) for p, m in made.items()}
    by_key = {entry["key"]: entry for entry in chosen["entries"]}
    variables = generation.variables(session, manifest)
    for entry in manifest.components:
        planned = by_key.get(tuple(entry.key))
        for name in entry.names if planned else ():
            variables[name].update(
                way=planned["way"], code=planned["code"], reason=report.with_prompts(planned["reason"], counts) or None, bytes=planned["bytes"],
                seconds=round(planned["seconds"], 6), cells=plan_sides.shown(planned["executions"], counts),
                alternative=planned["alternative"])
    data = report.shell("ferry.plan/1", session.sid)
    data.update(generation=manifest.generation, label=manifest.label or None, bytes=manifest.bytes, bytes_moved=chosen["totals"]["bytes"],
                seconds=sides[policy].seconds, variables=variables, process=generation.process(manifest, session.store.read(session.sid)),
                policy=policy, target=host or None, totals=chosen["totals"], bandwidth=bandwidth,
                policies={p: dataclasses.asdict(s) for p, s in sides.items()},
                blockers=[{**b, "cell": counts.get(b["cell"], b["cell"]), "effect": report.with_prompts(b["effect"], counts),
                           "remedy": report.with_prompts(b["remedy"], counts)} for b in chosen["blockers"]])
    lines = [*lines, *(f"cell [{b['cell']}] ({b['effect']}): {b['remedy']}" for b in data["blockers"][:BLOCKERS])]
    ways = {}
    for entry in variables.values():
        ways[entry["way"]] = ways.get(entry["way"], 0) + 1
    title = f"Plan ({policy}): " + ", ".join(f"{count} {way}" for way, count in sorted(ways.items()))
    data["messages"] = [title, *(plan_sides.line(p, s) for p, s in sides.items()), *lines]
    return report.Result(data, title, lines, plan_sides.table(sides, policy, variables), picture=picture(session, chosen, counts))


def picture(session, plan, counts):
    """The plan drawn: its cells, and its components by their names."""
    again = {execution for what, execution in plan["steps"] if what == "replay"}
    cells = [(r.count, r.source.strip().partition("\n")[0], r.execution in again) for r in session.records()]
    variables = []
    for entry in plan["entries"]:
        names = [name for name in entry["key"] if not name.startswith("#")]
        if names:
            text = report.human_bytes(entry["bytes"]) if entry["way"] == "stored" else report.human_seconds(entry["seconds"])
            made_by = plan_sides.shown(entry["executions"], counts)
            variables.append((", ".join(names), entry["way"], f"{entry['way']}, {text}" if entry["way"] in ("stored", "replayed") else entry["way"], made_by))
    return plan_picture.draw(cells, variables)
