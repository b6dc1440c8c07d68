"""Files that cells read: what they were then, and whether they still are.

The record of a cell has an effect `file-read` for each: its path as the cell gave it, size, time of change, and for small
files a digest (`file_state` of tracker/observe writes it). A relative path is looked up in the working directory that the
session is in now: there a cell that ran again would find it.
"""

import os
import re
import time

from kernelferry import _ferry

STATE = r"(?s)(?P<path>.*) \((?P<size>\d+) bytes, mtime (?P<seconds>\d+)\.(?P<nano>\d+)(?:, digest (?P<digest>[0-9a-f]{32}))?\)"
MOST = 2000  # files that a resume looks at, the newest first


class Read:
    """One file as a cell found it."""

    def __init__(self, match):
        self.path, self.size, self.digest = match["path"], int(match["size"]), match["digest"]
        self.time = int(match["seconds"]), int(match["nano"])

    def equals(self, other):
        """Whether both have the same content, as far as that is known: a file that was written anew with the same bytes is the same."""
        if self.size != other.size:
            return False
        return self.digest == other.digest if self.digest and other.digest else self.time == other.time

    def words(self):
        changed = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.time[0]))
        return f"{self.size} byte{'' if self.size == 1 else 's'} of {changed}"


def state_of(text):
    match = re.fullmatch(STATE, text)
    return Read(match) if match else None


def reads(record):
    """The files that an execution read."""
    return [read for effect in record.effects if effect.kind == "file-read" and (read := state_of(effect.detail))]


def changed(read):
    """What is there now in words, where it is not what was read; else ""."""
    now = state_of(_ferry.file_state(read.path))
    if now is None:
        return "not there"
    return "" if read.equals(now) else now.words()


def changed_of(record):
    """Paths of files that this execution read and that are not what they were, unless it wrote them itself."""
    written = {effect.detail for effect in record.effects if effect.kind in ("file-write", "file-remove")}
    return [read.path for read in reads(record) if read.path not in written and changed(read)]


def changed_files(records):
    """[{file, was, now, cells}] of the files that cells read last and no cell wrote after that."""
    newest, cells = {}, {}
    for record in sorted(records, key=lambda r: r.execution):
        for read in reads(record):
            newest.pop(read.path, None)  # to the end
            newest[read.path] = read
            cells.setdefault(read.path, []).append(record.count)
        for effect in record.effects:
            if effect.kind in ("file-write", "file-remove"):
                for path in [path for path in newest if os.path.abspath(path) == os.path.abspath(effect.detail)]:
                    del newest[path]
    found = []
    for path, read in sorted(list(newest.items())[-MOST:]):
        now = changed(read)
        if now:
            found.append({"file": path, "was": read.words(), "now": now, "cells": cells[path]})
    return found
