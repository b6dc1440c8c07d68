"""Cases that run in two processes (session.py) and what the tests of this folder share."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def case(name, cells, *holds, then="", notes=(), apart=(), apart_again=""):
    """Names of `apart` are not encoded (they stand for the rest of the session); `apart_again` makes them anew."""
    return {"id": name, "cells": cells, "holds": holds, "then": then, "notes": list(notes), "apart": list(apart),
            "apart_again": apart_again}


def run(function, *arguments):
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run([sys.executable, "-c", f"import session; session.{function}(*{arguments!r})"],
                          capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7", "MPLBACKEND": "agg"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def outcome(there_and_back, case):
    written, again = there_and_back[case["id"]]
    assert not written, "encoding\n" + written
    assert not again, "decoding\n" + again
