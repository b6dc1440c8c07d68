"""Kernelferry is installed anew while a kernel runs: what its relay starts later is what is installed then."""

import json
import shutil
import sys
from pathlib import Path

from tests.client import Kernel


def test_the_session_moves_after_an_upgrade(tmp_path, monkeypatch):
    installed = Path(sys.prefix, f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/kernelferry/bin")
    programs, spec = tmp_path / "kernelferry" / "bin", tmp_path / "share" / "kernels" / "upgraded"
    shutil.copytree(installed, programs)
    shutil.copytree(Path(sys.prefix, "share/jupyter/kernels/ferry"), spec)
    said = json.loads((spec / "kernel.json").read_text())
    said["argv"][0] = str(programs / "ferry-relay")
    (spec / "kernel.json").write_text(json.dumps(said))
    monkeypatch.setenv("JUPYTER_PATH", str(spec.parent.parent))
    kernel = Kernel(tmp_path / "store", tmp_path / "n.ipynb", tmp_path, kernel="upgraded")
    try:
        kernel.run("import os; x = [1]; pid = os.getpid()")
        aside = tmp_path / "~ernelferry"  # as pip does it
        (tmp_path / "kernelferry").rename(aside)
        shutil.copytree(installed, programs)
        shutil.rmtree(aside)
        moved = kernel.run("%migrate home")
        assert moved.status == "ok", moved.error
        assert kernel.evaluate(["x", "os.getpid() == pid"]) == ["[1]", "False"]
    finally:
        kernel.kill()
