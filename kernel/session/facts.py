"""What this host is, asked by a relay from which a session would come.

main(QUESTION, ANSWER): both are files of JSON, {packages: {name: version}, files: [[path, bytes, sha256]]} and the facts. A package
is imported by name only where its metadata do not tell its version: importing runs code and takes time.
"""

import importlib.util
import json
import os
import platform
import shutil
import sys
from pathlib import Path

HASHED = 256 * 2**20  # bytes: a larger file is compared by its size alone


def version(name):
    """The version of a top-level package here; "" where it is found and says none; None where there is none."""
    import importlib.metadata  # here: no start of a kernel waits for it
    distributions = _distributions().get(name, ())
    for distribution in distributions:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    return None if found is None else ""


def _distributions(cache={}):
    if not cache:
        import importlib.metadata
        cache.update(importlib.metadata.packages_distributions())
    return cache


def fingerprint(path):
    """[bytes, SHA-256 or ""] of a file, or None where it cannot be read."""
    try:
        size = os.stat(path).st_size
        if size > HASHED:
            return [size, ""]
        with open(path, "rb") as file:
            import hashlib
            return [size, hashlib.file_digest(file, "sha256").hexdigest()]
    except OSError:
        return None


def memory():
    """Bytes that programs may still take."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def home():
    from kernelferry.session import config
    return config.load().home


def gather(question):
    store = home()
    existing = next(p for p in [store, *store.parents] if p.exists())
    return {"host": platform.node(), "python": platform.python_version(), "executable": sys.executable, "machine": platform.machine(),
            "system": platform.platform(), "cores": os.cpu_count(), "memory": memory(), "disk": shutil.disk_usage(existing).free,
            "store": str(store), "packages": {name: version(name) for name in question.get("packages", {})},
            "files": {path: fingerprint(path) for path, *_ in question.get("files", ())}}


def main(question, answer):
    partial = Path(answer + ".part")
    partial.write_text(json.dumps(gather(json.loads(Path(question).read_text()))))
    partial.replace(answer)
