"""Carries out a plan: loads components, replays executions, compares each component with its fingerprint."""

from .loader import Loader
from .replayer import EffectStopped, Replayer

__all__ = ["EffectStopped", "Loader", "Replayer"]
