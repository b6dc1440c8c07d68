"""Runs inside a kernel that is measured: notes when a save was in which of its phases, as (phase, begin, end) in `spans`."""

import time

from kernelferry.session import saver
from kernelferry.session.encoding import Encoding
from kernelferry.session.saver import Saver

PHASES = {Saver: ("_look", "_encode_next", "_confirm", "_capture", "_commit", "_collect"), Encoding: ("_encode",)}
saver.spans = []


def watch(kind, name):
    inner = getattr(kind, name)

    def run(*arguments, **options):
        begun = time.time()
        try:
            return inner(*arguments, **options)
        finally:
            saver.spans.append((name, begun, time.time()))

    setattr(kind, name, run)


for kind, names in PHASES.items():
    for name in names:
        watch(kind, name)
