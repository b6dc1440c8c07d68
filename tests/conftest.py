"""What all tests share."""
import sys

# The walker takes a module without a file for one that a cell made by hand, and the first program of a worker of pytest-xdist
# is text without one. `python -m pytest` has both, a file and a spec.
if not any(getattr(sys.modules["__main__"], name, None) for name in ("__spec__", "__file__")):
    sys.modules["__main__"].__file__ = __file__
