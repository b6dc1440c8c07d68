"""The rivals' own environment: nothing of theirs is installed beside Kernelferry."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "rivals"
PACKAGES = ["dill>=0.4", "cloudpickle", "numpy", "pandas", "scikit-learn"]


def interpreter():
    """The Python of the rivals' virtual environment, made when it is missing."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    if not stamp.exists() or stamp.read_text() != "\n".join(PACKAGES):
        print("bench: making the rivals' environment:", " ".join(PACKAGES), file=sys.stderr)
        subprocess.run(["/usr/bin/python3", "-m", "venv", str(FOLDER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
        stamp.write_text("\n".join(PACKAGES))
    return str(python)
