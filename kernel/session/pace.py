"""When idle time may save: never between requests that come close together, soon after the last cell, and after a long
save not at once again, so that saving never takes more than a tenth of the time."""

import time

PAUSE = 0.05  # seconds after a request that ran nothing
SETTLE = 0.1  # seconds after a cell: the next one of a Run All comes sooner
SLOW = 0.2  # seconds: a save longer than this waits before it starts again,
REST = 10.0  # so many times its own length,
REST_MOST = 60.0  # but at most this


class Pace:
    def __init__(self):
        self.not_before = 0.0  # when the next slice may begin, of time.monotonic()
        self.ran = time.monotonic()  # when the last cell ended
        self.spent = 0.0  # seconds in slices of the save that is on its way

    def cell_ran(self):
        self.ran = time.monotonic()
        self._wait(SETTLE)

    def request_came(self):
        """Whoever asks something will soon ask more: no save begins in between."""
        self._wait(PAUSE)

    def _wait(self, seconds):
        self.not_before = max(self.not_before, time.monotonic() + seconds)

    def hurry(self):
        """The next save waits for nothing."""
        self.not_before = 0.0

    def left(self):
        """Seconds until a slice may begin."""
        return max(0.0, self.not_before - time.monotonic())

    def saved(self):
        """A save is over."""
        if self.spent > SLOW:
            self.not_before = time.monotonic() + min(REST_MOST, self.spent * REST)
        self.spent = 0.0

    def failed(self):
        self.not_before, self.spent = time.monotonic() + REST_MOST, 0.0
