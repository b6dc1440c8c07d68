"""Carries out a plan: loads components, replays executions, compares each component with its fingerprint."""

from .ahead import Ahead
from .loader import Loader
from .quiet import unwritten
from .replayer import EffectStopped, Replayer

__all__ = ["Ahead", "EffectStopped", "Loader", "Replayer", "unwritten"]
