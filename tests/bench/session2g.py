"""A 2 GB session saved and resumed, beside a raw writer, pickle 5 with out-of-band buffers and dill.dump_module.

Two states: arrays and frames (bytes), and 10^6 Python objects with a fitted forest (object graph). Each writer runs in a
process of its own on the same state and the same disk, after the memory it needs was touched once; best of three.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .kernels import running
from .rivals import interpreter

ARRAYS = """
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
arrays = [rng.random(16_000_000) for _ in range(12)]
frame = pd.DataFrame(rng.random((4_000_000, 12)), columns=[f"c{i}" for i in range(12)])
"""
OBJECTS = """
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
X, y = load_breast_cancer(return_X_y=True)
forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(X, y)
class Point:
    def __init__(self, x, y): self.x, self.y = x, y
words = {f"w{i}": [i, str(i)] for i in range(250_000)}
points = [Point(i, float(i)) for i in range(100_000)]
"""
RIVAL = Path(__file__).with_name("rival_dump.py")


def rival(kind, state):
    """Seconds {save, load} of a rival, in its own interpreter."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        out = subprocess.run([interpreter(), str(RIVAL), kind, folder], input=state, text=True, capture_output=True, check=False)
        if out.returncode:
            raise RuntimeError(f"{kind}: {out.stderr[-2000:]}")
        return json.loads(out.stdout.splitlines()[-1])


def ferry(state):
    """Seconds {save, load, bytes} of %checkpoint and of %resume in a new kernel."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as store:
        environment = {"FERRY_HOME": store, "FERRY_SAVE": "manual", "FERRY_SESSION": "bench"}
        with running("ferry", **environment) as (timed, _):
            timed.run(state)
            saves = []
            for i in range(3):
                timed.run("changed = %d" % i)
                timed.run("_r = get_ipython().run_line_magic('checkpoint', 'b%d')" % i, 600)
                saves.append(timed.value("_r.data['seconds']"))
        with running("ferry", FERRY_RESUME="never", **environment) as (timed, _):
            timed.run("_r = get_ipython().run_line_magic('resume', 'bench')", 600)
            load, size = timed.value("_r.data['seconds']"), timed.value("_r.data['bytes']")
    return {"save": saves[0], "again": min(saves[1:]), "load": load, "bytes": size}


def run():
    rows = []
    for title, state in (("arrays", ARRAYS), ("objects", OBJECTS)):
        ours = ferry(state)
        theirs = {kind: rival(kind, state) for kind in ("raw", "pickle5", "dill")}
        size = f"{ours['bytes'] / 1e9:.2f} GB"
        for kind, seconds in theirs.items():
            target = {"pickle5": "<= 1.2" if title == "arrays" else "", "dill": "<= 0.2" if title == "objects" else ""}.get(kind, "")
            rows.append((f"{title}: save / {kind}", ours["save"] / seconds["save"], target, f"{size}: {ours['save']:.2f} s beside {seconds['save']:.2f} s"))
            if "load" in seconds:
                rows.append((f"{title}: resume / {kind} load", ours["load"] / seconds["load"], "", f"{ours['load']:.2f} s beside {seconds['load']:.2f} s"))
        rows.append((f"{title}: second save / first save", ours["again"] / ours["save"], "", "nothing of it changed"))
    return rows
