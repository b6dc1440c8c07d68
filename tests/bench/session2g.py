"""A 2 GB session saved and resumed, beside a raw writer, pickle 5 with out-of-band buffers and dill.dump_module.

Two states: arrays and frames (bytes), and 10^6 Python objects with a fitted forest (object graph). Each writer runs in a
process of its own on the same state and the same disk; best of three. Loading happens in a new process everywhere and
includes what the state imports; the files are read through before it, so that it is not the disk that is measured, and numpy
asks for no huge pages in any of them: on a host that takes back what is free, the first touch of one costs more than all else.
"""

import json
import mmap
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
TOUCH = {  # every component is to be written again
    "arrays": "for each in arrays: each[0] += 1\nframe.iloc[0] += 1\ndel each",
    "objects": "X[0, 0] += 1; y[0] = 0; forest.verbose += 1; words['w0'][0] += 1; points[0].x += 1",
}
RIVAL = Path(__file__).with_name("rival_dump.py")


def warm_memory(size=6 << 30):
    """Touches memory for what is read and for what is made of it, and gives it back: on a host that takes back what is free,
    the first touch costs ten times as much."""
    mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


def read_through(folder, size=None):
    """Brings files into the system's cache: all, or the newest until `size` bytes are there."""
    left = float("inf") if size is None else size
    for path in sorted((p for p in Path(folder).rglob("*") if p.is_file()), key=lambda p: p.stat().st_mtime, reverse=True):
        if left <= 0:
            return
        with path.open("rb") as file:
            while piece := file.read(1 << 24):
                left -= len(piece)


def rival(kind, state):
    """Seconds {save, load} of a rival, in its own interpreter; it loads in a new process, as %resume does."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        def call(*mode):
            read_through(folder)
            warm_memory()
            out = subprocess.run([interpreter(), str(RIVAL), kind, folder, *mode], input=state, text=True, capture_output=True, check=False)
            if out.returncode:
                raise RuntimeError(f"{kind}: {out.stderr[-2000:]}")
            return json.loads(out.stdout.splitlines()[-1])

        return call() if kind == "raw" else {**call(), **call("load")}


def ferry(state, touch):
    """Seconds {save, again, load, bytes} of %checkpoint after every part changed, of one after nothing did, and of
    %resume in a new kernel."""
    def checkpoint(timed, label):
        timed.run(f"_r = get_ipython().run_line_magic('checkpoint', '{label}')", 600)
        return timed.value("_r.data['seconds']")

    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as store:
        environment = {"FERRY_HOME": store, "FERRY_SAVE": "manual", "FERRY_SESSION": "bench"}
        with running("ferry", **environment) as (timed, _):
            timed.run(state)
            saves, again = [], []
            warm_memory()
            for i in range(3):
                timed.run(touch)
                saves.append(checkpoint(timed, f"b{i}"))
                timed.run("changed = %d" % i)
                again.append(checkpoint(timed, f"c{i}"))
            size = timed.value("_r.data['bytes']")
        with running("ferry", FERRY_RESUME="never", **environment) as (timed, _):
            read_through(store, size)
            warm_memory()
            timed.run("_r = get_ipython().run_line_magic('resume', 'bench')", 600)
            load = timed.value("_r.data['seconds']")
    return {"save": min(saves), "again": min(again), "load": load, "bytes": size}


def run():
    os.environ["NUMPY_MADVISE_HUGEPAGE"] = "0"
    rows = []
    for title, state in (("arrays", ARRAYS), ("objects", OBJECTS)):
        ours = ferry(state, TOUCH[title])
        theirs = {kind: rival(kind, state) for kind in ("raw", "pickle5", "dill")}
        size = f"{ours['bytes'] / 1e9:.2f} GB"
        for kind, seconds in theirs.items():
            target = {"pickle5": "<= 1.2" if title == "arrays" else "", "dill": "<= 0.2" if title == "objects" else ""}.get(kind, "")
            rows.append((f"{title}: save / {kind}", ours["save"] / seconds["save"], target, f"{size}: {ours['save']:.2f} s beside {seconds['save']:.2f} s"))
            if "load" in seconds:
                rows.append((f"{title}: resume / {kind} load", ours["load"] / seconds["load"], "<= 1.2" if kind == "pickle5" and title == "arrays" else "", f"{ours['load']:.2f} s beside {seconds['load']:.2f} s"))
        rows.append((f"{title}: second save / first save", ours["again"] / ours["save"], "", "nothing of it changed"))
    return rows
