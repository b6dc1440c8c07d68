"""Kernelferry: a Jupyter kernel for Python whose sessions travel."""

__version__ = "0.1.0"
