"""get_ipython().kernel.session, for libraries that send messages as with jupyter_client's Session.

Only iopub can be sent to; the other sockets answer requests, each once, and are the server's.
"""
import datetime
import uuid

from kernelferry.engine import messages


class IOPub:
    """Stands for the socket, get_ipython().kernel.iopub_socket."""


class WireSession:
    def __init__(self, iopub, session):
        """session(): the id in the headers of this kernel's messages."""
        self._iopub, self._session = iopub, session

    session = property(lambda self: self._session())
    username = property(lambda self: messages.current().header.get("username", ""))

    def msg_header(self, msg_type):
        return {"msg_id": uuid.uuid4().hex, "msg_type": msg_type, "username": self.username, "session": self.session,
                "date": datetime.datetime.now(datetime.timezone.utc), "version": "5.4"}

    def msg(self, msg_type, content=None, parent=None, header=None, metadata=None):
        """A message as a dict, to be sent."""
        header = header or self.msg_header(msg_type)
        return {"header": header, "msg_id": header["msg_id"], "msg_type": header["msg_type"],
                "parent_header": _header_of(parent), "content": content or {}, "metadata": metadata or {}}

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, buffers=None, track=False, header=None, metadata=None):
        """Sends on iopub, as a part of the request `parent` (default: the one of the moment) -> the message."""
        if stream is not self._iopub:
            raise ValueError("Kernelferry sends on kernel.iopub_socket only: requests are answered by its server")
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent or messages.current().message, header, metadata)
        messages.publish(message["msg_type"], message["content"], message["metadata"], buffers or message.get("buffers") or (),
                         message["parent_header"])
        return message


def _header_of(parent):
    return dict((parent or {}).get("header", parent or {}))
