"""The plan of a move: what travels stored, what is made again there, whether a system image carries it all, and what keeps
the session here."""

import sys

from kernelferry import _ferry
from kernelferry.replay.ahead import may_come

from . import facts, plan_report, plan_sides, report, surroundings
from .generation import stored_whole


class MovePlan:
    def __init__(self, session, packed, content, by_image, image_lack):
        """packed: the manifest of what would move; content: of the request; by_image: whether an image can leave here;
        image_lack: (what, remedy) where one is wanted and cannot."""
        self.session, self.packed, self.content, self.there = session, packed, content, content["facts"]
        self.host, self.policy, self.bandwidth = content["host"], content["policy"], max(content["bandwidth"], 1.0)
        image = self.there.get("image") if by_image else None
        self.lack = image_lack or (image and not image["ok"] and (f"{self.host}: {image['what']}", image["remedy"]))
        self.price = session.images.price(self.bandwidth) if image is not None and image["ok"] else None
        self.made = {p: _ferry.plan(session.graph, self._costs(), policy=p, bandwidth=self.bandwidth, have_source=True,
                                    image=self.price, **session.wishes()) for p in plan_sides.POLICIES}
        chosen = self.made[self.policy]
        self.carry = image["carry"] if self.price is not None and (content["system"] or chosen["image"]) else None
        self.replays = {} if self.by_image else {entry["key"]: entry["executions"] for entry in chosen["entries"] if entry["way"] == "replayed"}
        self.differences = self._differences()

    @property
    def by_image(self):
        """Whether an image carries the whole session."""
        return self.carry is not None

    def answer(self):
        """The answer to the relay: {refused, image, replays, blobs, ahead, display}."""
        spare = self._spare()
        return {"refused": self._refusal(), "image": {"carry": self.carry} if self.by_image else None,
                "replays": [[list(key), list(cells), key in spare] for key, cells in self.replays.items()],
                "blobs": self._blobs(), "ahead": self._ahead(), "display": report.bundle(self._result())}

    def _costs(self):
        """What others need of a component is known by its blob, so that it travels stored."""
        costs = self.session.saver.costs()
        for entry in self.packed.components:
            cost = costs.get(tuple(entry.key))
            if cost is not None and entry.exports:
                costs[tuple(entry.key)] = _ferry.Cost(bytes=entry.bytes, store_seconds=entry.seconds, load_seconds=entry.seconds,
                                                      storable=entry.way == "stored", reason=entry.reason, opaque=bool(entry.opaque), pinned=True)
        return costs

    # -- what travels

    def _blobs(self):
        """In the order in which they are loaded there."""
        newest_first = sorted(self.packed.components, key=lambda entry: -max(entry.executions or [0]))
        blobs = [item.blob for item in self.packed.process]
        blobs += [entry.blob for entry in newest_first if tuple(entry.key) not in self.replays or entry.exports]
        return list(dict.fromkeys(filter(None, blobs)))

    def _spare(self):
        """Keys of what is made again there and could be sent after all."""
        reader = self.session.store.read(self.session.sid)
        return {tuple(entry.key) for entry in self.packed.components if tuple(entry.key) in self.replays and stored_whole(reader, entry)}

    def _ahead(self):
        """What the host may decode before the session is there; None where nothing is gained by that."""
        kept = {entry.blob for entry in self.packed.components if tuple(entry.key) not in self.replays}
        blobs = [blob for blob in may_come(self.packed) if blob in kept]
        modules = next((item.blob for item in self.packed.process if item.name == "modules"), None)
        return {"cwd": surroundings.directory(), "modules": modules, "blobs": blobs} if blobs else None

    # -- what keeps it here

    def _refusal(self):
        """{what, remedy}, or None."""
        content, stuck = self.content, self._stuck()
        if self.differences and not content["force"]:
            fixes = list(dict.fromkeys(d["remedy"] for d in self.differences))
            return {"what": f"{self.host} is not ready for this session: " + report.some(d["what"] for d in self.differences),
                    "remedy": report.some(fixes, "; ") + "; or move in spite of it with --force"}
        if self.lack and content["system"]:
            return {"what": f"no system image can travel: {self.lack[0]}", "remedy": self.lack[1]}
        if not stuck or content["yes"] or content["force"]:
            return None
        counts = self.session.counts()
        names = report.some(f"{name} ({entry.types.get(name, '').rpartition('.')[2]}: {report.with_prompts(entry.reason, counts)})" for name, entry in stuck.items())
        refused = {"what": f"some variables cannot travel: {names}", "remedy": "delete them, or move without them with --yes"}
        if self.lack:
            refused["what"] += f"; and no system image can carry them: {self.lack[0]}"
            refused["remedy"] = f"{self.lack[1]}; or {refused['remedy']}" if self.lack[1] else refused["remedy"]
        return refused

    def _stuck(self):
        """name -> entry of variables that come by no way."""
        if self.by_image:
            return {}
        return {name: entry for entry in self.packed.components if entry.way not in ("stored", "replayed")
                or entry.way == "replayed" and tuple(entry.key) not in self.replays for name in entry.names}

    def _differences(self):
        """What the host lacks or has otherwise: [{what, remedy}]."""
        there = self.there
        found, install = [], f"{there['executable']} -m pip install"
        if there["python"].split(".")[:2] != list(map(str, sys.version_info[:2])):
            found.append({"what": f"Python is {there['python']} there and {sys.version.split()[0]} here", "remedy": "install CPython 3.11 there"})
        for name, here in surroundings.own_packages().items():
            other = there["packages"].get(name)
            wanted = facts.version(name) or here
            if other is None:
                found.append({"what": f"{name} {wanted} is missing", "remedy": f"{install} {name}=={wanted}"})
            elif other and wanted and other != wanted:
                found.append({"what": f"{name} is {other} there and {wanted} here", "remedy": f"{install} {name}=={wanted}"})
        for path, *here in surroundings.read_files(self.session) if self.replays else ():
            other = there["files"].get(path)
            if other != here:
                state = "missing" if other is None else "different"
                found.append({"what": f"{path}, which a cell reads that would run again there, is {state}", "remedy": f"scp {path} there"})
        need = sum(entry.bytes for entry in self.packed.components)
        if there["memory"] is not None and need > there["memory"]:
            found.append({"what": f"the variables need {report.human_bytes(need)} of memory", "remedy": "choose a host with more memory"})
        if need > there["disk"]:
            found.append({"what": f"the variables need {report.human_bytes(need)} of disk", "remedy": f"free some space for {there['store']}"})
        return found

    # -- what is told

    def _result(self):
        there = self.there
        lines = [f"the wire carries {report.human_bytes(self.content['bandwidth'])} a second; {there['host']} has {there['cores']} cores, "
                 f"{report.human_bytes(there['memory'])} of memory and {report.human_bytes(there['disk'])} of disk free"]
        lines += [f"{d['what']}: {d['remedy']}" for d in self.differences]
        if self.lack and (spared := self.session.images.spared(self.packed)):
            lines.append(f"{report.some(spared)}: a system image would be quicker than the cells that make them again, but {self.lack[0]}")
        prices = {p: self.price for p, made in self.made.items() if self.price is not None and (self.content["system"] or made["image"])}
        result = plan_report.plan_result(self.session, self.packed, self.made, self.policy, self.host, self.bandwidth, lines, prices)
        if self.by_image:
            self._tell_of_image(result)
        result.data.update(facts=there, differences=self.differences)
        return result

    def _tell_of_image(self, result):
        """Everything travels in it, also what could be stored."""
        size, take, bring = self.price
        for entry in result.data["variables"].values():
            if entry["way"] != "image":
                other = {"way": entry["way"], "seconds": entry["seconds"]}
                entry.update(way="image", code="fits", reason="travels in the system image of the whole process", bytes=0, seconds=bring,
                             cells=[], alternative=other)
        result.data.update(bytes_moved=result.data["bytes"] + size, totals={"bytes": size, "save_s": take, "restore_s": bring})
        result.title = (f"Plan: a system image with all {len(result.data['variables'])} variables, {report.human_bytes(size)}, "
                        f"there in about {report.human_seconds(take + bring)}")
        result.data["messages"][0] = result.title
        if self.carry:
            line = f"{len(self.carry)} mapped files that the host lacks or has in other builds come along: {report.some(self.carry)}"
            result.lines.insert(0, line)
            result.data["messages"].insert(1, line)
