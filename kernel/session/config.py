"""What the user configured: environment over file over default (docs/interfaces.md, "Configuration").

The file is `jupyter_ferry_config.json` in Jupyter's configuration directory: one flat object whose keys are the
environment's names in lower case without the prefix. A key nobody knows is an error that lists the known ones: a
misspelt quota that is silently ignored is found out on the day the disk is full.
"""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
QUIET = 60.0  # seconds without a cell, by default
CHOICES = {"resume": ("auto", "ask", "never"), "save": ("auto", "manual", "off"), "namespace": ("none", "own")}


class ConfigError(ValueError):
    """A setting that cannot be used; the text names it, its place and what is allowed."""


class Config(NamedTuple):
    home: Path
    session: str = ""  # a name the user gave the session
    resume: str = "auto"
    save: str = "auto"
    quota: int = 20 * 2**30  # bytes of all sessions
    log: str = "warning"
    rehearse: float | None = QUIET  # seconds of quiet before a generation is rehearsed; None: never
    criu: str = ""
    namespace: str = "none"  # the relay's to obey: in which the engine starts
    suspend: float | None = None  # seconds without a cell before the engine ends to free its memory; None: never
    memory: int = 0  # bytes this kernel may use, for the warning that memory runs out; 0: what the system allows


def load(environ=os.environ) -> Config:
    """The settings of this process. Raises ConfigError."""
    data_dir = Path(environ.get("JUPYTER_DATA_DIR") or Path(environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "jupyter")
    known = {"home": data_dir / "ferry", "session": "", "resume": "auto", "save": "auto", "quota": "20G", "log": "warning", "rehearse": "auto", "criu": "",
             "namespace": "none",
             "suspend": "never", "memory": ""}
    path = Path(environ.get("JUPYTER_CONFIG_DIR") or "~/.jupyter").expanduser() / "jupyter_ferry_config.json"
    given = {key: (value, str(path)) for key, value in _read(path, known).items()}
    given.update({key: (environ[name], name) for key in known if (name := "FERRY_" + key.upper()) in environ})
    values = {key: given[key][0] if key in given else default for key, default in known.items()}
    for key, allowed in CHOICES.items():
        if values[key] not in allowed:
            raise ConfigError(f"{given[key][1]}: {key} is {values[key]!r}; use one of {', '.join(allowed)}")
    values["quota"] = size(values["quota"], given.get("quota", ("", "quota"))[1])
    values["rehearse"] = quiet(values["rehearse"], given.get("rehearse", ("", "rehearse"))[1])
    values["suspend"] = None if values["suspend"] == "never" else duration(values["suspend"], given["suspend"][1])
    values["memory"] = size(values["memory"] or 0, given.get("memory", ("", "memory"))[1])
    values["home"] = Path(values["home"]).expanduser()
    return Config(**values)


def quiet(text, where: str):
    """Seconds from "auto" or "30", None from "never". Raises ConfigError."""
    if text in ("auto", "never"):
        return QUIET if text == "auto" else None
    try:
        return float(text)
    except (TypeError, ValueError):
        raise ConfigError(f"{where}: {text!r} is neither auto, never nor a number of seconds") from None


def duration(text, where: str) -> float:
    """Seconds from "90", "30m", "2h". Raises ConfigError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", str(text))
    if match is None:
        raise ConfigError(f"{where}: {text!r} is neither never nor a time; write seconds, or a number with s, m, h or d, as in 2h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def size(text, where: str) -> int:
    """Bytes from "20G", "512M", "1000". Raises ConfigError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", str(text), re.IGNORECASE)
    if match is None:
        raise ConfigError(f"{where}: {text!r} is not a size; write bytes, or a number with K, M, G or T, as in 20G")
    return int(float(match[1]) * UNITS[match[2].upper()])


def _read(path: Path, known) -> dict:
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from None
    unknown = [key for key in values if key not in known] if isinstance(values, dict) else ["(not an object)"]
    if unknown:
        raise ConfigError(f"{path}: unknown {', '.join(unknown)}; known are {', '.join(known)}")
    return values
