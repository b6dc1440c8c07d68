"""Another host for images: an sshd in mount, network and host name namespaces of its own, where libraries have other builds or are missing.

Nothing listens there: the kernel's ssh starts the sshd as its ProxyCommand, and speaks to it by a pipe. Each connection has
namespaces of its own, which are set up alike and hold the engine.
"""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import psutil

from tests.migrate import sshd
from tests.processes import kill


def missing():
    """Why no such host can be had here; "" where it can."""
    if reason := sshd.missing():
        return reason
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "-n", "-u", "true"], capture_output=True).returncode != 0:
        return "no namespaces can be made here (root)"
    return ""


class Elsewhere(sshd.Sshd):
    def __init__(self, folder: Path, setup: str = "", **environment):
        """setup: shell commands in the mount namespace before anything else runs there."""
        self.setup, self.variables = setup, environment
        super().__init__(folder)

    def start(self):
        variables = {"FERRY_HOME": self.home, "XDG_RUNTIME_DIR": self.runtime, **self.variables}
        (self.folder / "sshd_config").write_text("\n".join([
            f"HostKey {self.folder}/host", f"AuthorizedKeysFile {self.folder}/authorized", "UsePAM no", "StrictModes no", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "PermitRootLogin yes", sshd.set_env(variables), ""]))
        os.makedirs("/run/sshd", exist_ok=True)
        inside = self.folder / "inside"
        inside.write_text(f"set -e\necho elsewhere > /proc/sys/kernel/hostname\nip link set lo up\nmount --make-rprivate /\n{self.setup}\n"
                          f"exec {sshd.SSHD} -i -e -f {self.folder}/sshd_config\n")
        with open(self.folder / "config", "a") as config:
            config.write(f" ProxyCommand unshare -m -n -u sh {inside} 2>>{self.folder}/log\n")

    def cut(self):
        """What is left there."""
        for process in psutil.process_iter(["environ"]):
            with contextlib.suppress(psutil.NoSuchProcess):
                if str((process.info["environ"] or {}).get("FERRY_HOME", "")).startswith(str(self.folder)):
                    kill(process)
