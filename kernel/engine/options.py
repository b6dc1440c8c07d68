"""The engine's command line and environment, as the relay sets them (docs/architecture.md, "relay and engine")."""
import argparse
import os
import re

OUTSIDE = "libferry_outside.so"  # tracker/observe/outside_preload.cc


def parse(arguments):
    """-> namespace: connection_file, session, lock_fd, start, anonymous, image_lost, relay_pid, lease, environ.

    Afterwards os.environ holds only what the user put there; `environ` is a copy of what the engine was started with.
    """
    parser = argparse.ArgumentParser(prog="python -m kernelferry.engine", allow_abbrev=False)
    parser.add_argument("-f", dest="connection_file", required=True, metavar="FILE", help="Jupyter connection file")
    parser.add_argument("--session", default="", metavar="SID", help="the session whose lock is held (default: none)")
    parser.add_argument("--lock-fd", type=int, default=-1, metavar="N", help="descriptor that holds the session's lock")
    parser.add_argument("--start", default="first", choices=("first", "restart", "crash", "crash-in-resume", "wake", "rehearse", "arrive"), help="why this engine starts")
    parser.add_argument("--anonymous", default="", metavar="WHY", help="the notebook has no session; WHY is for the user")
    parser.add_argument("--image-lost", default="", metavar="WHY", help="an image of the session did not come back; WHY is for the user")
    options = parser.parse_args(arguments)

    options.environ = dict(os.environ)
    options.relay_pid = int(os.environ.get("FERRY_RELAY_PID", 0))
    options.lease = float(os.environ.get("FERRY_LEASE", 600))
    kept = set(filter(None, os.environ.get("FERRY_ENV_KEEP", "").split(",")))
    for name in list(os.environ):
        if (name == "PYTHONHASHSEED" or name.startswith("FERRY_")) and name not in kept:
            del os.environ[name]
    _forget_preloaded()
    return options


def _forget_preloaded():
    """What the relay had preloaded into the engine is for no process that the session starts."""
    if others := re.sub(f":?[^ :]*{re.escape(OUTSIDE)}", "", os.environ.pop("LD_PRELOAD", "")):
        os.environ["LD_PRELOAD"] = others
