"""Hosts of their own on this machine: network and name of each in a namespace, wires between them that can be cut and slowed.

Everything vanishes with its processes; the network of the machine is not touched. The test itself lives in a namespace,
too, so a test file for such hosts runs as a process of its own (`run_apart`).
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.migrate.sshd import SSHD, Sshd

PROGRAMS = ("ip", "tc", "unshare", "nsenter")


def missing():
    """Why no such hosts can be had here; "" where they can."""
    if os.getuid() != 0:
        return "hosts in network namespaces need root"
    if lacking := [program for program in PROGRAMS if not shutil.which(program)]:
        return f"there is no {lacking[0]} (Debian: iproute2, util-linux)"
    ran = subprocess.run(["unshare", "--net", "--uts", "ip", "link", "add", "ferry-a", "type", "veth", "peer", "name", "ferry-b"], capture_output=True, text=True)
    return "" if ran.returncode == 0 else f"no network namespaces here: {ran.stderr.strip()}"


def run_apart(file):
    """Runs the tests of a file in a network namespace of their own; what they said, if one failed."""
    inside = "ip link set lo up && hostname host-a && exec \"$@\""
    command = ["unshare", "--net", "--uts", "sh", "-c", inside, "sh", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    ran = subprocess.run(command, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stdout[-6000:] + ran.stderr[-2000:]


class Wired(Sshd):
    """A host with its own network and host name, at the other end of a wire from here."""

    def __init__(self, folder, number, delay=0, lose_every=0):
        """delay: milliseconds one way; lose_every: of so many packets one is lost. With one of them the wire is a `cable.py`."""
        self.wire, self.name = f"wire{number}", f"host-{'abcdefgh'[number]}"
        self.address = f"10.77.{number}.2"
        self.holder = subprocess.Popen(["unshare", "--net", "--uts", "sh", "-c", f"hostname {self.name} && echo up && exec sleep infinity"],
                                       stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == b"up\n"
        self.inside = ["nsenter", "-t", str(self.holder.pid), "-n", "-u"]
        self.cable = self._cable(delay, lose_every) if delay or lose_every else None
        if not self.cable:
            subprocess.run(["ip", "link", "add", self.wire, "type", "veth", "peer", "name", "eth0", "netns", str(self.holder.pid)], check=True)
        for command in (["ip", "addr", "add", f"10.77.{number}.1/24", "dev", self.wire], ["ip", "link", "set", self.wire, "up"],
                        [*self.inside, "ip", "addr", "add", f"{self.address}/24", "dev", "eth0"],
                        [*self.inside, "ip", "link", "set", "eth0", "up"], [*self.inside, "ip", "link", "set", "lo", "up"]):
            subprocess.run(command, check=True)
        super().__init__(folder, self.address, 22, self.inside)

    def _cable(self, delay, lose_every):
        command = [*self.inside, sys.executable, Path(__file__).with_name("cable.py"), str(os.getpid()), self.wire, "eth0", str(delay), str(lose_every)]
        cable = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert cable.stdout.readline() == b"up\n"
        return cable

    def uncable(self):
        """The cable is taken away: (packets carried, packets lost)."""
        told, _ = self.cable.communicate()
        return tuple(map(int, told.split()))

    def unplug(self):
        """No packet passes any more, and nobody is told."""
        subprocess.run(["ip", "link", "set", self.wire, "down"], check=True)

    def plug(self):
        subprocess.run(["ip", "link", "set", self.wire, "up"], check=True)

    def slow(self, rate):
        """As `tc` writes it: 100mbit."""
        subprocess.run(["tc", "qdisc", "replace", "dev", self.wire, "root", "tbf", "rate", rate, "burst", "256kb", "latency", "50ms"], check=True)

    def end(self):
        self.cut()
        if self.cable:
            self.cable.kill()
            self.cable.wait()
        self.holder.kill()
        self.holder.wait()
