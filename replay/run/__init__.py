"""Carries out a plan: loads components, replays executions, compares each component with its fingerprint."""

from .loader import Loader
from .replayer import Replayer

__all__ = ["Loader", "Replayer"]
