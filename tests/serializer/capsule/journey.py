"""Process state, captured in one process and applied in a fresh one."""
import json
import os
import pathlib
import subprocess
import sys

SIDE = pathlib.Path(__file__).with_name("side.py")


def side(which, file, case, folder):
    env = {**os.environ, "MPLBACKEND": "Agg", "PYTHONWARNINGS": ""}
    done = subprocess.run([sys.executable, SIDE, which, file], input=json.dumps(case), text=True, cwd=folder, env=env,
                          capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def journey(folder, cells, expressions, loaded=(), history=True):
    """(what was saved, what was loaded)"""
    case = {"cells": cells, "expressions": expressions, "loaded": list(loaded), "history": history}
    file = str(folder / "items")
    saved = side("save", file, case, folder)
    return saved, side("load", file, case, folder)
