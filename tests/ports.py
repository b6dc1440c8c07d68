"""Ports of the loopback that nobody else can get: the socket that got one from the system stays bound, and never listens.

Between "the system names a free port" and "a server listens there" another process may take it, also while a server is
restarted. A server whose listener sets SO_REUSEADDR (sshd, libzmq) may listen on a port that such a socket holds; the
system gives it to nobody who asks for any port.
"""

import socket

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class Port:
    def __init__(self):
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.number = self._holder.getsockname()[1]


def hold_for(manager) -> None:
    """Gives a KernelManager its ports, also for restarts; they are held while the manager lives."""
    manager.held_ports = {channel: Port() for channel in CHANNELS}
    manager.cache_ports = False
    for channel, port in manager.held_ports.items():
        setattr(manager, f"{channel}_port", port.number)
