"""What stands in for the ends of the store while a session is on its way to this host (docs/link.md)."""

import time

from kernelferry import _ferry

LOOK_AGAIN = 0.002  # seconds between two looks for a blob that is on its way


class LaterWriter:
    """Takes what is to be written and keeps it, until the session is owned."""

    def __init__(self, reader):
        self._reader, self.folder = reader, reader.folder
        self.records, self.fields, self.report = [], {}, None

    def info(self):
        return {**self._reader.info(), **self.fields}

    def append(self, record):
        self.records.append(record)

    def set(self, **fields):
        self.fields.update(fields)

    def set_report(self, data):
        self.report = data

    def sync(self, now=False):
        pass

    def close(self):
        pass

    def into(self, writer):
        """Writes down what was kept. Raises FerryError."""
        for record in self.records:
            writer.append(record)
        writer.set(**self.fields)
        if self.report is not None:
            writer.set_report(self.report)


class Awaiting:
    """A reader of a session whose blobs are on their way. The harbour ends this process when they do not come."""

    def __init__(self, reader, coming):
        self._reader, self._coming = reader, set(coming)

    def __getattr__(self, name):
        return getattr(self._reader, name)

    def blob(self, digest):
        while True:
            try:
                return self._reader.blob(digest)
            except _ferry.FerryError as error:
                if error.code != "not-found" or digest not in self._coming:
                    raise
            time.sleep(LOOK_AGAIN)
