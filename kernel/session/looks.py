"""Looks at the namespace (tracker/objects), and what the log says of them: which components changed, and since when."""

from kernelferry import _ferry


class Looks:
    """Main thread only."""

    def __init__(self, session, touch):
        self._session, self._touch = session, touch
        self.known = {}  # key -> fingerprint at the last look, as the log has it
        self.looked = 0  # execution of the last look
        self.logged = 0  # the same of the last look in the log when this life began

    def read(self, records):
        """What the lives before this one have written down."""
        self.known, changes = {}, [record for record in records if isinstance(record, _ferry.ChangeRecord)]
        for record in changes:
            for key in record.gone:
                self.known.pop(tuple(key), None)
            self.known.update({tuple(state.names): state.fingerprint for state in record.changed})
        self.logged = max([0, *(record.after for record in changes)])

    def take(self, believed=()):
        """A look at everything but the large buffers of these names. None: a request waits."""
        return self._session.walker.look(self._session.user_names(), set(believed), self._touch.buffers)

    def now(self):
        """Writes down what has changed up to now, whoever waits."""
        _ferry.ignore_stop(True)
        try:
            self.learn(self.take())
        finally:
            _ferry.ignore_stop(False)

    def learn(self, look, believed=()):
        """Writes down what the look found changed, and tells the observer and the graph."""
        session = self._session
        now = {tuple(c.key): c.fingerprint for c in look.components}
        changed = [c for c in look.components if self.known.get(tuple(c.key)) != c.fingerprint or self._may_have_changed(c)]
        gone = [list(key) for key in self.known if key not in now]
        session.observer.learn(look)
        ended = session.execution - (session.recorder.running is not None)  # a cell that asked for the look has not ended
        if changed or gone or self.looked < ended:  # a look that found nothing ends the window of its cells
            self._write(_ferry.ChangeRecord(
                since=self.looked, after=ended, gone=gone,
                changed=[_ferry.ComponentState(names=list(c.key), fingerprint=c.fingerprint, transparent=not c.opaque, opaque=c.opaque)
                         for c in changed]))
        self.known, self.looked = now, ended
        self._touch.looked(look, believed)

    def _may_have_changed(self, component):
        """Whether a fingerprint that is what it was says nothing: it does not cover all, and a cell has touched it since."""
        return bool(component.opaque) and self._touch.touched(component.key)

    def forget_all(self, execution):
        """The namespace is empty after this execution; the log says so."""
        if self.known:
            self._write(_ferry.ChangeRecord(since=execution, after=execution, gone=[list(key) for key in self.known], changed=[]))
        self.known, self.looked = {}, execution

    def _write(self, record):
        self._session.append(record)
        self._session.graph.apply(record)

    def hold_true(self):
        """Whether what looks believed of the namespace is so."""
        touch = self._touch
        if not touch.believing:
            return True
        known = touch.believed <= touch.settled.keys()  # else that look found that one changes without a cell
        look = self.take() if known and not touch.beyond else None
        if look is None or touch.audit(look, touch.believed):
            return False
        touch.believing = 0
        return True
