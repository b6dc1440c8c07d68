"""The items of process state of one resume, on their way back (serializer/capsule)."""

from kernelferry import _ferry, capsule


class ProcessItems:
    def __init__(self, shell, reader, items):
        self._shell, self._reader = shell, reader
        self._before = None
        self.items = {item.name: item for item in items}
        self.begin()

    def begin(self):
        """Nothing is back yet, or it is to come back once more."""
        self.outcomes = {}  # name -> what reports say of it
        self.late = set()  # that could not be applied before the variables were there
        self._data = {}  # name -> bytes, or the error of reading them

    def prepare(self):
        """What decoding and replay stand on."""
        for name, item in self.items.items():
            try:
                self._data[name] = bytes(memoryview(self._reader.blob(item.blob)))
            except _ferry.FerryError as error:
                self._data[name] = error
        capsule.prepare(self._shell, [(n, d) for n, d in self._data.items() if isinstance(d, bytes)])

    def before_replay(self):
        """What stands there before the first cell runs again."""
        if self._before is None:
            self._before = capsule.snapshot(self._shell)

    def end(self):
        """No cell runs again any more."""
        self._before = None

    def undo(self, names, cells):
        """Takes away what these cells, which ran again, left of these items."""
        for name, why in capsule.undo(self._shell, self._before or {}, names, cells):
            self.told(name, "failed", reason=f"cells ran again, and what they did to it is not undone: {why}")

    def apply(self, name, again):
        """True: once more when the variables are there, since it may refer to some; only where it may be tried `again`."""
        data = self._data[name]
        if isinstance(data, bytes):
            outcomes = capsule.apply(self._shell, [(name, data)])
        else:
            outcomes, data = [(name, False, data.what)], b""
        if data and again and name not in self.late and not all(ok for _, ok, _ in outcomes):
            self.late.add(name)
            return True
        del self._data[name]
        for applied, ok, reason in outcomes:
            self.told(applied, "stored" if ok else "failed", len(data), reason)
        return False

    def is_order_asked(self, code):
        """Whether the cell may see in which order classes were made (the item `subclasses`)."""
        data = self._data.get("subclasses")
        return isinstance(data, bytes) and capsule.asked_for(code, data)

    def told(self, name, way, size=0, reason=""):
        self.outcomes[name] = {"way": way, "verified": None, "type": name, "component": None, "bytes": size, "seconds": 0.0, "cells": [],
                               "code": "load-error" if way == "failed" else "fits", "reason": reason or None, "alternative": None,
                               "held_by": None}
