"""A system image of a process with 1 GB of memory: taken, and brought back, beside a raw write of as many bytes to the same disk.

Taking one includes the hash of every byte and the sync to disk, bringing it back the comparison of every byte, from the disk
and not from the system's cache. The raw writer writes from memory and syncs. Best of three, in turns.
"""

import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kernelferry

from .session2g import warm_memory

GIGABYTE = 1 << 30
PIECE = 16 << 20
PROGRAM = Path(kernelferry.__file__).parent / "bin/ferry-image"
CRIU = os.environ.get("FERRY_CRIU", "")
# Says when it notices that it stood still; two files are its arguments: where, and the one at which it ends.
HOLDER = """
import numpy as np, os, sys, time
held = np.random.default_rng(0).integers(0, 255, 1 << 30, dtype=np.uint8)
print("ready", flush=True)
os.close(1)
last = time.time()
while not os.path.exists(sys.argv[2]):
    time.sleep(0.002)
    now = time.time()
    if now - last > 0.2:
        with open(sys.argv[1] + ".new", "w") as file:
            file.write(str(now))
        os.rename(sys.argv[1] + ".new", sys.argv[1])
    last = now
os._exit(10)
"""


def cold(folder):
    for path in [p for p in Path(folder).rglob("*") if p.is_file()]:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def call(*arguments):
    ran = subprocess.run([PROGRAM, "--criu", CRIU, *arguments], capture_output=True, text=True)
    return ran.returncode, json.loads(ran.stdout.splitlines()[-1]) if ran.stdout else {}


def raw(folder, memory):
    began = time.perf_counter()
    fd = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for at in range(0, GIGABYTE, PIECE):
        os.write(fd, memory[at:at + PIECE])
    os.fsync(fd)
    os.close(fd)
    took = time.perf_counter() - began
    os.unlink(folder / "raw")
    return took


def once(folder, memory):
    """Seconds of (raw write, dump, restore)."""
    back, go = folder / "back", folder / "go"
    with open(folder / "log", "ab") as log:
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, back, go], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    holder.stdout.readline()
    written = raw(folder, memory)
    code, said = call("dump", "--pid", str(holder.pid), "--to", folder / "image", "--end")
    if code:
        holder.send_signal(signal.SIGKILL)
        raise RuntimeError(said.get("what"))
    holder.wait()
    back.unlink(missing_ok=True)
    cold(folder)
    warm_memory(2 << 30)
    began = time.time()
    with subprocess.Popen([PROGRAM, "--criu", CRIU, "restore", "--from", folder / "image", "--log", folder / "restore.log"],
                          stdout=subprocess.PIPE, text=True) as restore:
        while not back.exists() and restore.poll() is None:
            time.sleep(0.002)
        go.touch()
        if restore.wait() != 10:
            raise RuntimeError(restore.stdout.read())
    took = float(back.read_text()) - began
    go.unlink()
    return written, said["seconds"], took


def run():
    memory = memoryview(os.urandom(PIECE) * (GIGABYTE // PIECE))
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as name:
        turns = [once(Path(name), memory) for _ in range(3)]
    written, dumped, restored = (min(column) for column in zip(*turns))
    return [("image of 1 GB taken / raw write", dumped / written, "<= 1.5", f"{dumped:.2f} s beside {written:.2f} s"),
            ("image of 1 GB brought back / raw write", restored / written, "<= 0.8", f"{restored:.2f} s beside {written:.2f} s")]
