"""Processes that a test ends or stops. Each may be gone by then; what is gone is what was wanted."""

import contextlib
import os
import select
import time

import psutil


def kill(*processes: psutil.Process) -> None:
    """SIGKILL to each that is still there."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def kill_with_store_in(folder) -> None:
    """SIGKILL to engines whose store lies in a folder of the test: those that outlived the wire, as they should."""
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get("FERRY_HOME", "").startswith(f"{folder}{os.sep}"):
            kill(process)


def below(pid: int, name: str = "", word: str = "") -> list[psutil.Process]:
    """All descendants of a process whose name begins with `name`, and in whose command `word` stands."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name().startswith(name) and (not word or word in process.cmdline()):
                    found.append(process)
    return found


def still_alive(*processes: psutil.Process, seconds: float = 60) -> list[psutil.Process]:
    """Waits until all have ended, at most so long; those that have not.

    An orphan whose new parent collects nobody (the first process of many containers) stays as a zombie: it has ended too.
    """
    deadline = time.monotonic() + seconds
    return [process for process in processes if not _ends(process, deadline)]


def _ends(process: psutil.Process, deadline: float) -> bool:
    try:
        end = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        return not process.is_running() or bool(select.select([end], [], [], max(0.0, deadline - time.monotonic()))[0])
    finally:
        os.close(end)
