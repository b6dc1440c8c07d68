"""Comms: messages between an object here and one in the front end (ipywidgets). The package `comm` holds the protocol;
this is its way to the wire."""
import comm
from comm.base_comm import BaseComm, CommManager

from kernelferry.engine import messages


class Comm(BaseComm):
    kernel = None

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        messages.publish(msg_type, {"data": data or {}, "comm_id": self.comm_id, **keys}, metadata, buffers or ())

    def __setstate__(self, state):
        """A comm that comes back with its session listens again under its id."""
        self.__dict__.update(state)
        if not self._closed:
            comm.get_comm_manager().register_comm(self)


class TheCommManager(CommManager):
    """The only one of this process. `import ipykernel.ipkernel` makes one of this class too, and hands that out."""
    _the = None

    def __new__(cls, *_arguments, **_names):
        if cls._the is None:
            cls._the = super().__new__(cls)
        return cls._the

    def __init__(self, *_arguments, **_names):
        if not self.__dict__:
            super().__init__()


def install(kernel):
    """Makes this process' comms ours -> the manager."""
    manager = TheCommManager()
    # Until ipywidgets is imported nobody listens here, and a front end that asks for widgets must hear so at once.
    manager.register_target("jupyter.widget.control", lambda opened, _message: opened.close())
    Comm.kernel = kernel
    comm.create_comm = Comm
    comm.get_comm_manager = lambda: manager
    return manager


def info(manager, target_name):
    """Content of a comm_info_reply."""
    return {"status": "ok", "comms": {key: {"target_name": opened.target_name} for key, opened in manager.comms.items()
                                      if target_name is None or opened.target_name == target_name}}
