"""In which order a resume takes its steps, and which components come back by which cells."""

from kernelferry import capsule

from . import resume_plan

LAST = ("builtins", "modules", "annotations", "finders", "signals", "switches", "ipython", "matplotlib", "subclasses", "Out", "shell.names")  # process state that refers to variables
AT_ONCE = ("modules", "signals")  # what cells that ran again left there is no object that is loaded
LEFT = ("logging",)  # where cells that ran again may have left objects that are loaded after them
SETTLED = ("subclasses",)  # of LAST, what stands only when nothing comes another way any more


class Order:
    """The part of an Arrival (arrival.py) that sets its steps out."""

    def _steps(self):
        """Every step as (what, argument); taken from the front."""
        steps = []
        if self.only is None:
            steps.append(("prepare", None))
        steps += self._plan_steps()
        ran = any(what == "replay" for what, _ in steps)
        last = (*LAST, *LEFT) if ran else LAST
        at_once = set(capsule.ITEMS).difference(last).union(AT_ONCE)  # before items and loads come, of which some set attributes of modules
        if ran:
            steps.append(("undo", at_once))
        if self.only is None:
            steps += [("item", name) for name in self.items.items if name not in last]
        loads = {key for what, key in steps if what == "load"}
        recent = sorted(self.loader.states, key=lambda key: -max(self.loader.states[key].entry.executions or [0]))
        steps += [("load", key) for key in recent if key not in loads and self._wanted(key)]
        steps.append(("recover", None))
        if ran:
            steps.append(("undo", set(last) - at_once))
        if self.only is None:
            steps += [("item", name) for name in self.items.items if name in last and name not in SETTLED]
        if ran:
            steps.append(("collect", None))
        steps += [("verify", None), ("recover", None), ("settle", None)]
        if self.only is None:
            steps += [("item", name) for name in self.items.items if name in SETTLED]
        steps.append(("ask_holders", None))
        if self.whole:
            steps.append(("behind", None))
        return steps + [("finish", None)]

    def _plan_steps(self):
        """What replay brings back, and the loads that must stand between the replays, in record order (C3)."""
        replayed = [e for e in self.manifest.components if self._way(e) == "replayed" and self._wanted(tuple(e.key))]
        self.eager = bool(replayed)
        for entry in replayed:
            if entry.names and self.before.issuperset(entry.names):
                state = self.loader.states[tuple(entry.key)]
                state.way, state.kept = "failed", list(entry.names)
        replayed = [e for e in replayed if not self.loader.states[tuple(e.key)].kept]
        if not replayed:
            return []
        plan = self._plan()
        self.made_by = {entry["key"]: entry["executions"] for entry in plan["entries"]}
        runs = {execution for entry in replayed for execution in self._executions(tuple(entry.key))}
        if self._refuse(replayed, runs):
            return []
        steps = [step for step in plan["steps"] if step[0] != "replay" or step[1] in runs]
        last = max((i for i, (what, _) in enumerate(steps) if what != "load"), default=-1)
        return [step for step in steps[:last + 1] if step[0] != "load" or step[1] in self.loader.states]

    def _way(self, entry):
        return self.loader.way(entry)

    def _plan(self, but=()):
        """The plan for bringing everything back, without the stored form of these components."""
        storable = {tuple(e.key) for e in self.manifest.components if self._way(e) == "stored"}.difference(but)
        return resume_plan.plan(self.session, self.reader, self.manifest, self.records, storable)

    def _refuse(self, replayed, runs):
        """Whether the cells would touch variables that are to be kept: then none of them runs, and the report says so."""
        records = [self.replayer.records[execution] for execution in sorted(runs)]
        touched = {name for r in records for name in (*r.reads, *r.writes, *r.deletes)} & self.before
        if not touched and not (self.before and any(r.door for r in records)):
            return False
        for entry in replayed:
            state = self.loader.states[tuple(entry.key)]
            state.way, state.code = "failed", "unsafe-cell"
            state.reason = (f"making it again runs cells that use {', '.join(sorted(touched)) or 'every variable'}, which existed "
                            "already and was kept; --overwrite allows it")
        return True

    def _executions(self, key):
        """The executions that bring a component back, where they do."""
        entry = self.loader.states[key].entry
        if self._way(entry) != "replayed":
            return ()
        return self.made_by.get(key) or entry.executions
