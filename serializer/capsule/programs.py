"""The environment that programs get, where cells changed it behind `os.environ`, by os.putenv and os.unsetenv. Only C knows it."""
import os
import re

from .place import OURS, SECRET

CHANGING = {"putenv", "unsetenv"}  # words of a cell that does so


def environment() -> dict:
    """Name -> value, as the next program gets them."""
    import ctypes  # here: no start of a kernel waits for it
    entries = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    found, number = {}, 0
    while entries and entries[number] is not None:
        name, _, value = os.fsdecode(entries[number]).partition("=")
        found.setdefault(name, value)
        number += 1
    return found


def changed(spoken) -> tuple[dict, list]:
    """({name: value, or None where it is taken away} of what cells spell and os.environ has otherwise, names whose values look secret)"""
    if spoken.words.isdisjoint(CHANGING):
        return {}, []
    now, shown = environment(), dict(os.environ)
    found = {name: now.get(name) for name in now.keys() | shown.keys()
             if now.get(name) != shown.get(name) and name in spoken.words and not re.match(OURS, name)}
    secret = sorted(name for name, value in found.items() if value is not None and re.search(SECRET, name))
    return {name: value for name, value in found.items() if name not in secret}, secret


def change(values):
    for name, value in values.items():
        if value is None:
            os.unsetenv(name)
        else:
            os.putenv(name, value)
