"""Processes that a test ends or stops. Each may be gone by then; what is gone is what was wanted."""

import contextlib

import psutil


def kill(*processes: psutil.Process) -> None:
    """SIGKILL to each that is still there."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def below(pid: int, name: str = "", word: str = "") -> list[psutil.Process]:
    """All descendants of a process whose name begins with `name`, and in whose command `word` stands."""
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name().startswith(name) and (not word or word in process.cmdline()):
                    found.append(process)
    return found
