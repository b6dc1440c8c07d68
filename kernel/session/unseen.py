"""What cells showed while no front end was there, for the next cell that a person runs.

The engine keeps it from the moment its relay ended until the cell that ran then is over (wire.h), and leaves it here. It
lies in the session's folder as `unseen.json` until it was shown, so that it outlives the engine as well: a list of cells in
order, {"msg_id", "count", "forgotten": bytes, "outputs": [[message type, content]]}.
"""

import logging
import os
import sys
from json import dump, load, loads

from . import report

log = logging.getLogger("kernelferry.session")
MOST = 4 * 2**20  # bytes of text of one cell; more is cut at its beginning


class Unseen:
    def __init__(self, session):
        self.session = session
        self.cells = []
        self._ran = []  # (msg_id, In[n]) of the newest cells

    def open(self):
        """What an earlier life left."""
        try:
            with open(self._path(), encoding="utf-8") as file:
                self.cells = load(file).get("cells", [])
        except (OSError, ValueError, AttributeError):
            self.cells = []

    def begins(self, msg_id, count):
        self._ran = [*self._ran[-50:], (msg_id, count)]

    def take(self, messages, forgotten):
        """messages: [(type, content, header of the request)] in order; forgotten: bytes that came before them."""
        for kind, content, parent in messages:
            msg_id = loads(parent).get("msg_id")
            count = dict(self._ran).get(msg_id)
            if not self.cells or self.cells[-1].get("msg_id") != msg_id:
                self.cells.append({"msg_id": msg_id, "count": count, "forgotten": 0, "outputs": []})
            cell = self.cells[-1]
            cell["forgotten"], forgotten = cell["forgotten"] + forgotten, 0
            self._add(cell, kind, loads(content))
        self._write()

    @staticmethod
    def _add(cell, kind, content):
        outputs = cell["outputs"]
        display = (content.get("transient") or {}).get("display_id")
        if kind == "clear_output":
            outputs.clear()
        elif kind == "update_display_data":  # where it was shown before is another front end's affair
            for output in outputs:
                if display and (output[1].get("transient") or {}).get("display_id") == display:
                    output[1] = content
        elif kind == "stream" and outputs and outputs[-1][0] == "stream" and outputs[-1][1]["name"] == content["name"]:
            text = outputs[-1][1]["text"] + content["text"]
            cell["forgotten"] += max(0, len(text) - MOST)
            outputs[-1][1]["text"] = text[-MOST:]
        else:
            outputs.append([kind, content])

    def _write(self):
        path = self._path()
        try:
            if not self.cells:
                return os.unlink(path) if os.path.exists(path) else None
            with open(path + ".tmp", "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                dump({"cells": self.cells}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path + ".tmp", path)
        except OSError:
            log.exception("what cells showed could not be kept")

    def _path(self):
        return os.path.join(self.session.writer.folder, "unseen.json")

    def show(self):
        """Into the cell that begins."""
        cells, self.cells = self.cells, []
        if not cells:
            return
        from IPython.display import display
        self._write()
        for cell in cells:
            name = f"Cell [{cell['count']}]" if cell["count"] else "The session"
            cut = f", without the first {report.human_bytes(cell['forgotten'])}" if cell["forgotten"] else ""
            display(report.Result({}, f"{name} went on while no front end was there. What it showed meanwhile{cut}:", folded=True))
            for kind, content in cell["outputs"]:
                self._show(kind, content)

    def _show(self, kind, content):
        if kind == "stream":
            print(content["text"], end="" if content["text"].endswith("\n") else "\n", file=sys.stderr if content["name"] == "stderr" else sys.stdout)
        elif kind == "error":  # as text: the cell that shows it has not failed
            print("\n".join(content.get("traceback") or [f"{content.get('ename')}: {content.get('evalue')}"]), file=sys.stderr)
        else:
            self.session.shell.display_pub.publish(data=content.get("data") or {}, metadata=content.get("metadata") or {})
