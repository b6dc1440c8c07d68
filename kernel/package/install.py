"""Registers the kernel with Jupyter: writes kernel.json, so that front ends offer "Python 3 (Ferry)".

    python -m kernelferry.install [--python PATH] [--user | --sys-prefix | --prefix P] [--uninstall]

The kernel runs in the Python that is named, which must be the CPython this package was built for and must find the
package itself: the native half belongs to one minor version, and a mistake here would only show as a kernel that dies
at its start. So that Python is asked before anything is written.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

NAME = "ferry"
DISPLAY_NAME = "Python 3 (Ferry)"
SERVED = "{}.{}".format(*sys.version_info)
LOGOS = pathlib.Path(__file__).parent / "kernelspec"

# Run by the named Python: what it is, and where the relay lies that came with the package.
PROBE = """
import json, os, sys
found = {"name": sys.implementation.name, "version": list(sys.version_info[:3]), "prefix": sys.prefix,
         "venv": sys.prefix != sys.base_prefix}
try:
    import kernelferry._ferry
    relay = os.path.join(os.path.dirname(kernelferry.__file__), "bin", "ferry-relay")
    found["relay"] = relay if os.access(relay, os.X_OK) else None
except ImportError as error:
    found["error"] = str(error)
print(json.dumps(found))
"""


class Refused(Exception):
    """Why this Python cannot serve, and what to do about it."""


def examine(python: str) -> dict:
    """What the Python at this path is. Refused: not a Python, another one than we serve, or without the package."""
    try:
        # -E -s would hide packages of the user's own; -P keeps the current folder from shadowing them.
        asked = subprocess.run([python, "-P", "-c", PROBE], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"{python} cannot be run: {error}; name a CPython {SERVED} with --python") from None
    try:
        found = json.loads(asked.stdout)
    except ValueError:
        said = asked.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise Refused(f"{python} is not a Python that Kernelferry knows: it said {said[0]!r}; name a CPython {SERVED} "
                      "with --python") from None
    version = tuple(found["version"])
    if found["name"] != "cpython" or version[:2] != sys.version_info[:2]:
        raise Refused(f"{python} is {found['name']} {'.'.join(map(str, version))}; this Kernelferry was built for CPython "
                      f"{SERVED}: name such a Python with --python")
    if "error" in found:
        raise Refused(f"{python} cannot import kernelferry ({found['error']}); install it there, in the folder with "
                      f"Kernelferry's sources: {python} -m pip install .")
    if not found["relay"]:
        raise Refused(f"{python} finds kernelferry but not its program ferry-relay; install the package there again")
    return found


def jupyter_folder(options: argparse.Namespace, found: dict) -> pathlib.Path:
    """The data folder of Jupyter that is meant; without an option the virtual environment's, else the user's."""
    if options.prefix:
        return pathlib.Path(options.prefix).absolute() / "share" / "jupyter"
    if options.sys_prefix or (found["venv"] and not options.user):
        return pathlib.Path(found["prefix"]) / "share" / "jupyter"
    from jupyter_core.paths import jupyter_data_dir

    return pathlib.Path(jupyter_data_dir())


def write_spec(folder: pathlib.Path, relay: str, python: str) -> None:
    """Writes the kernelspec; kernel.json comes last and whole, since its presence is what front ends look for."""
    folder.mkdir(parents=True, exist_ok=True)
    for logo in LOGOS.iterdir():
        shutil.copyfile(logo, folder / logo.name)
    spec = {
        "argv": [relay, "--connection", "{connection_file}", "--python", python],
        "display_name": DISPLAY_NAME,
        "language": "python",
        "interrupt_mode": "message",
        "metadata": {"debugger": True, "supported_encryption": ["curve"]},
    }
    partial = folder / "kernel.json.part"
    partial.write_text(json.dumps(spec, indent=1) + "\n")
    partial.replace(folder / "kernel.json")


def main(arguments: list[str] | None = None) -> int:
    away = "--uninstall" in (sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog=f"jupyter ferry {'uninstall' if away else 'install'}",
                                     description="Takes the kernel away from Jupyter again." if away else "Registers the kernel with Jupyter.")
    parser.add_argument("--python", metavar="PATH", default=sys.executable, help="the Python that the kernel runs in")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--user", action="store_true", help="for this user, whatever the environment")
    where.add_argument("--sys-prefix", action="store_true", help="in the environment of that Python")
    where.add_argument("--prefix", metavar="P", help="below P/share/jupyter")
    parser.add_argument("--uninstall", action="store_true", help="take the kernel away from there again")
    parser.add_argument("--json", action="store_true", help="say what was done as JSON")
    options = parser.parse_args(arguments)

    python = os.path.abspath(shutil.which(options.python) or options.python)
    try:
        found = examine(python)
        folder = jupyter_folder(options, found) / "kernels" / NAME
        if options.uninstall:
            if not (folder / "kernel.json").exists():
                raise Refused(f"no kernel {NAME} in {folder}; jupyter kernelspec list tells where it is registered: name that place with "
                              "--user, --sys-prefix or --prefix")
            shutil.rmtree(folder)
        else:
            write_spec(folder, found["relay"], python)
        result, code = {"ok": True, "kernel": NAME, "folder": str(folder), "python": python}, 0
        text = f"{'removed' if options.uninstall else 'registered'} {DISPLAY_NAME!r} in {folder}"
    except Refused as error:
        result, code, text = {"ok": False, "error": str(error)}, 3, f"{parser.prog}: {error}"
    except OSError as error:
        said = f"{error}; choose a folder that you may write, with --user or --prefix"
        result, code, text = {"ok": False, "error": said}, 1, f"{parser.prog}: {said}"
    print(json.dumps(result) if options.json else text, file=sys.stderr if code and not options.json else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
