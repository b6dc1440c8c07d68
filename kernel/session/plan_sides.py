"""Both policies of a plan side by side: what each sends over the wire and runs again, for each variable and in all."""

import dataclasses

from . import report

POLICIES = ("store-first", "cheapest")


@dataclasses.dataclass
class Side:
    """One policy. Seconds are forecasts; those of the wire are at the bandwidth that the plan was made with."""

    bytes: int  # to be sent
    send_s: float
    replay_s: float  # of the cells that run again
    seconds: float  # until the session is there: encoding, sending, loading, running again
    cells: list  # that run again, by the numbers that the notebook shows
    variables: dict  # name -> {way, bytes, seconds, cells}


def side(plan, counts, bandwidth, price=None) -> Side:
    """`price` (bytes, seconds to take and send, seconds to bring back): of the system image in which the whole session travels."""
    stored = [entry for entry in plan["entries"] if entry["way"] == "stored"]
    totals, sent = plan["totals"], sum(entry["bytes"] for entry in stored)
    wire, again = sent / bandwidth, [execution for what, execution in plan["steps"] if what == "replay"]
    variables = {name: {"way": e["way"], "bytes": e["bytes"], "seconds": round(e["seconds"], 6),
                        "cells": shown(e["executions"], counts) if e["way"] == "replayed" else []}
                 for e in plan["entries"] for name in e["key"] if not name.startswith("#")}
    if price is not None:
        size, take, bring = price
        inside = {"way": "image", "bytes": 0, "seconds": bring, "cells": []}
        return Side(size, size / bandwidth, 0.0, take + bring, [], {name: dict(inside) for name in variables})
    if plan["image"]:  # the steps are those without it, in case that it does not come back
        return Side(totals["bytes"], totals["bytes"] / bandwidth, 0.0, totals["save_s"] + totals["restore_s"], [], variables)
    replays = max(0.0, totals["restore_s"] - sum(entry["seconds"] for entry in stored))
    # What is saved and what is restored both count the wire, which is passed once.
    return Side(sent, wire, replays, totals["save_s"] + totals["restore_s"] - wire, shown(again, counts), variables)


def shown(executions, counts) -> list:
    """The numbers that the notebook shows of them; those of cells that it does not show are left out."""
    return [counts[execution] for execution in executions if execution in counts]


def line(policy, of) -> str:
    """One policy in a sentence."""
    again = f"{numbered(of.cells)} again in {report.human_seconds(of.replay_s)}" if of.cells else "no cell again"
    return (f"{policy}: {report.human_bytes(of.bytes)} to send in {report.human_seconds(of.send_s)}, {again}, "
            f"{report.human_seconds(of.seconds)} in all")


def table(sides, policy, variables):
    """Headings and rows of a report. First the sums; then the variables, those first that travel by different ways."""
    rows = [["to send", *(f"{report.human_bytes(s.bytes)}, {report.human_seconds(s.send_s)}" for s in sides.values()), ""],
            ["cells again", *(f"{numbered(s.cells)}, {report.human_seconds(s.replay_s)}" if s.cells else "none" for s in sides.values()), ""],
            ["in all", *(report.human_seconds(s.seconds) for s in sides.values()), ""]]
    ways = {name: [s.variables.get(name, entry)["way"] for s in sides.values()] for name, entry in variables.items()}
    order = sorted(variables, key=lambda name: (not report.admitted(variables[name]), len(set(ways[name])) == 1,
                                                report.ORDER.index(variables[name]["way"]), name))
    for name in order:
        entry = variables[name]
        rows.append([name, *(way_text(s.variables.get(name, entry)) for s in sides.values()), why(entry, ways[name])])
    return ["", *(f"{name} (chosen)" if name == policy else name for name in sides), "why"], rows


def why(entry, ways) -> str:
    """The reason in the table: of what is stored by either policy only what the user asked for."""
    return "" if set(ways) == {"stored"} and not (entry["reason"] or "").startswith("you asked") else report.why(entry)


def way_text(entry) -> str:
    way, seconds = entry["way"], report.human_seconds(entry["seconds"])
    if way == "stored":
        return f"{way}, {report.human_bytes(entry['bytes'])}, {seconds}"
    return f"{way}, {seconds}" if way in ("replayed", "image") else way


def numbered(cells) -> str:
    """`2 cells`, `[3]`."""
    return f"{len(cells)} cells" if len(cells) > 1 else f"[{cells[0]}]"
