"""The rivals' own environments: nothing of theirs is installed beside Kernelferry."""

import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"
PACKAGES = ["dill>=0.4", "cloudpickle", "numpy", "pandas", "scikit-learn"]


def interpreter(folder="rivals", packages=PACKAGES):
    """The Python of a virtual environment below .cache with these packages, made when it is missing."""
    place = CACHE / folder
    python, stamp = place / "bin" / "python", place / "installed"
    if not stamp.exists() or stamp.read_text() != "\n".join(packages):
        print("making the rivals' environment:", " ".join(packages), file=sys.stderr)
        subprocess.run(["/usr/bin/python3", "-m", "venv", str(place)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
        stamp.write_text("\n".join(packages))
    return str(python)
