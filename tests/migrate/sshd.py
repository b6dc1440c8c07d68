"""A second "host" on the loopback: an sshd of the test's own on a high port, with keys, a store and sockets of its own.

The kernel's `ssh` is the real one, made to read a configuration of the test by a script before it on PATH.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

from tests.ports import Port
from tests.processes import below, kill

SSHD = "/usr/sbin/sshd"
NO_ADDRESS = 'env -u SSH_CONNECTION sh -c "$SSH_ORIGINAL_COMMAND"'  # forced: the harbour does not know by which address ssh came


def missing():
    """Why no such host can be had here; "" where it can."""
    if not os.path.exists(SSHD):
        return "there is no sshd (Debian: openssh-server)"
    return "" if shutil.which("ssh") else "there is no ssh (Debian: openssh-client)"


def set_env(variables):
    """sshd's line for the environment of who logs in. bash reads ~/.bashrc for a command of ssh where no shell is around it: what
    the one who runs the tests keeps there (tools that wait for locks of their own) does not belong to a host of the tests."""
    return "SetEnv " + " ".join(f'"{name}={value}"' for name, value in {**variables, "SHLVL": 1}.items())


class Sshd:
    def __init__(self, folder: Path, address="127.0.0.1", port=None, inside=()):
        """`port`: where the address has all its ports to itself; `inside`: words before the command that runs sshd."""
        self.folder, self.address, self.inside = folder, address, inside
        folder.mkdir(mode=0o700)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        self.home = folder / "store"  # FERRY_HOME of sessions that arrive here
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700)
        self._held = Port() if port is None else None  # also while no sshd runs
        self.port = port or self._held.number
        self.text = address if port == 22 else f"{address}:{self.port}"
        (folder / "config").write_text(
            f"Host *\n IdentityFile {folder}/user\n IdentitiesOnly yes\n UserKnownHostsFile {folder}/known\n GlobalKnownHostsFile /dev/null\n")
        self.know()
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
        (self.bin / "ssh").chmod(0o755)
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        self.environment = {}
        self.process = None
        self.start()

    def know(self, known=True):
        key = " ".join((self.folder / "host.pub").read_text().split()[:2])
        (self.folder / "known").write_text(f"{self.address if self.port == 22 else f'[{self.address}]:{self.port}'} {key}\n" if known else "")

    def start(self, forced="", **environment):
        """`forced`: a command that gets what was asked for as SSH_ORIGINAL_COMMAND."""
        self.environment |= environment
        variables = {"FERRY_HOME": self.home, "XDG_RUNTIME_DIR": self.runtime, "IPYTHONDIR": self.folder / "ipython", **self.environment}
        (self.folder / "sshd_config").write_text("\n".join([
            f"Port {self.port}", f"ListenAddress {self.address}", f"HostKey {self.folder}/host", f"AuthorizedKeysFile {self.folder}/authorized",
            "PidFile none", "UsePAM no", "StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "PermitRootLogin yes", "MaxStartups 100", "Subsystem sftp internal-sftp", set_env(variables),
            f"ForceCommand {forced}" if forced else "", ""]))
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)  # where sshd wants to lock itself in
        with open(self.folder / "log", "ab+") as log:
            before = log.tell()
            self.process = subprocess.Popen([*self.inside, SSHD, "-D", "-e", "-f", self.folder / "sshd_config"], stderr=log, stdin=subprocess.DEVNULL)
            deadline = time.monotonic() + 60
            while b"Server listening on" not in (told := self._told_since(log, before)):
                assert time.monotonic() < deadline and self.process.poll() is None, told.decode()
                time.sleep(0.02)

    @staticmethod
    def _told_since(log, position):
        log.seek(position)
        return log.read()

    def cut(self):
        """Ends the listener and every connection: the wire is gone."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGSTOP)  # who calls again while the connections end must not get a new one
        kill(*below(self.process.pid, "sshd"))
        self.stop()

    def freeze(self):
        """Stops the far end of every connection that stands now: it no longer hears when the wire breaks. -> the processes"""
        frozen = below(self.process.pid, "sshd")
        for process in frozen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        return frozen

    def stop(self):
        """Nobody listens there afterwards: who was just forked for a connection holds the listener for a moment longer."""
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + 60
        with contextlib.suppress(OSError):
            while time.monotonic() < deadline:
                socket.create_connection((self.address, self.port), timeout=1).close()
                time.sleep(0.02)
