"""Both ends of a move to another host (docs/link.md). The relay asks, and owns the order; each verb answers one question.

    source: pack (save, say what there is) -> plan (against the target's facts) -> depart | stay; return
            image (save, say what a system image would be of), before the engine is told to end on another host
    target: ahead (decode what is there)   -> arrive (bring back, compare) -> again (what replay did not make equal, stored) -> own
"""

from .errors import CommandError
from .move_source import Source
from .move_target import Target


class Moving:
    def __init__(self, session):
        self.source, self.target = Source(session), Target(session)
        self._verbs = {"pack": self.source.pack, "plan": self.source.plan, "depart": self.source.depart, "return": self.source.return_,
                       "stay": self.source.stay, "image": self.source.image, "ahead": self.target.ahead, "arrive": self.target.arrive, "again": self.target.again,
                       "own": self.target.own}

    @property
    def away(self):
        """Departed: the session belongs to another host."""
        return self.source.away

    @property
    def under_way(self):
        """Blobs of the session are on their way to another host, and must stay in the store until they are there."""
        return bool(self.source.token)

    def answer(self, content):
        """One ferry_move_request. Raises FerryError, CommandError."""
        verb = self._verbs.get(content["verb"])
        if verb is None:
            raise CommandError("invalid", f"no such step of a move: {content['verb']}")
        return verb(content)
