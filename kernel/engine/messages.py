"""JSON of messages, and which request a piece of code belongs to.

Output goes to the cell that caused it: a ContextVar names the request, so a background task keeps the cell that created
it; a thread keeps the cell that started it; whatever knows nothing belongs to the request of the moment.
"""
import base64
import contextvars
import datetime
import math
import numbers
import re
import threading
from json import dumps as _dumps, loads  # as they are now: a cell may put others in their place

from kernelferry import _engine


class Request:
    """A request's header, as text for the wire and as a dict; of a cell also its metadata and content."""

    __slots__ = ("text", "_header", "metadata", "content")

    def __init__(self, text, metadata=None, content=None):
        self.text, self._header = text, None
        self.metadata, self.content = metadata or {}, content or {}

    @property
    def header(self):
        if self._header is None:
            self._header = loads(self.text)
        return self._header

    @property
    def message(self):
        """As libraries know it from ipykernel: "parent", "parent header" and "parent request" are all this."""
        header = self.header
        return {"header": header, "msg_id": header.get("msg_id"), "msg_type": header.get("msg_type"), "parent_header": {},
                "metadata": self.metadata, "content": self.content, "buffers": []}


LONE = r"[\ud800-\udfff]"     # surrogates that are half a character; compiled where there is one, for which no start waits
NOBODY = Request("{}")
_request = contextvars.ContextVar("ferry_request")
_latest = NOBODY


def enter(request):
    """The main thread begins to work for `request`."""
    global _latest
    _latest = request
    _request.set(request)


def work_for(message):
    """What this thread or task puts out belongs to a request from now on, as given by Request.message."""
    header = message.get("header") or {}
    if header.get("msg_id") != current().header.get("msg_id"):
        _request.set(Request(dumps(header), message.get("metadata"), message.get("content")))


def current():
    """The request that the calling code works for."""
    request = _request.get(None)
    if request is None:
        request = getattr(threading.current_thread(), "_ferry_request", None) or _latest
    return request


def follow_threads():
    """From now on a thread belongs to the request that starts it."""
    start = threading.Thread.start

    def start_for_request(self):
        self._ferry_request = current()
        return start(self)
    start_for_request.__doc__ = start.__doc__
    start_for_request.__wrapped__ = start
    threading.Thread.start = start_for_request


def dumps(value):
    """JSON text for the wire; never fails on what ipykernel would send (bytes, dates, numpy numbers, nan)."""
    try:
        text = _dumps(value, default=_default, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError):
        text = _dumps(_clean(value), ensure_ascii=False, allow_nan=False)
    return utf8(text)


def utf8(text):
    """`text` without lone surrogates, which have no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub(LONE, "\ufffd", text)
    return text


def _default(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _clean(value):
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    try:
        return _clean(_default(value))
    except TypeError:
        return repr(value)


def publish(msg_type, content, metadata=None, buffers=(), parent=None):
    """Sends one message on iopub, for the current request or that with the header `parent`."""
    views = [b if isinstance(b, bytes) else memoryview(b).cast("B") for b in buffers]
    _engine.publish(msg_type, dumps(content), dumps(metadata or {}), current().text if parent is None else dumps(parent), views)
