"""Another way for what a resume has not brought back as planned, or would not: each component is given one, once."""

import logging

from kernelferry import codec

from . import resume_plan
from .generation import stored_whole

log = logging.getLogger("kernelferry.session")


class Detours:
    """The part of an Arrival (arrival.py) that takes other ways. `other`: key -> (the way, why, code)."""

    def _without_fatal(self):
        """What was to be made again by cells of which one has ended an engine since: another way."""
        fatal = self.session.wishes(self.reader)["fatal"]
        replayed = {tuple(e.key): e for e in self.manifest.components if e.way == "replayed"} if fatal else {}
        if not replayed:
            return {}
        storable = {tuple(e.key) for e in self.manifest.components if e.way == "stored"}
        entries = resume_plan.plan(self.session, self.reader, self.manifest, self.records, storable)["entries"]
        return {e["key"]: ("stored" if stored_whole(self.reader, replayed[e["key"]]) else "lost", e["reason"], e["code"])
                for e in entries if e["key"] in replayed and e["way"] != "replayed"}

    def _recover(self, _):
        """Another way, once, for what did not come back as planned."""
        if self.given:
            return
        found = {key: ("stored", f"{why}; its stored form was loaded instead", code) for key, (why, code) in self.not_made_again().items()
                 if stored_whole(self.reader, self.loader.states[key].entry)}
        unloaded = {key: state for key, state in self.loader.states.items() if key not in self.other and self._wanted(key)
                    and not state.torn() and state.way == "failed" and state.code == "load-error"}
        if unloaded:
            planned = {entry["key"]: entry for entry in self._plan(but=unloaded)["entries"]}
            found.update({key: ("replayed", f"{state.reason.rstrip('.')}; the cells that make it were run again instead", state.code)
                          for key, state in unloaded.items() if key in planned and planned[key]["way"] == "replayed"})
        if found:
            self.set_out_anew(found)

    def set_out_anew(self, other):
        """Takes every step once more. other: key -> (another way than before, why, code); no cell has seen anything yet."""
        log.info("brought back another way: %s", other)
        self.other.update(other)
        codec.shut_off()
        self._forget(set(self.session.user_names()) - self.before)  # also what replays made and the session had deleted
        self.done = False
        self._set_out()

    def not_made_again(self):
        """The components of which a replay has not made what was there, and which nothing else was tried for: key -> (why, code)."""
        return {key: (state.reason or "its cells ran again, and it came out different", state.code) for key, state in self.loader.states.items()
                if key not in self.other and self._wanted(key) and not state.torn() and self._replay_failed(state)}

    def _replay_failed(self, state):
        differs = state.verified is False and state.entry.code != "differs"
        if state.made_again:
            return differs
        return self._way(state.entry) == "replayed" and (state.way == "lost" or state.code in ("replay-error", "unshared") or differs)
