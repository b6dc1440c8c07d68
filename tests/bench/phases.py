"""Runs inside a kernel that is measured: notes when a save was in which of its phases, as (phase, begin, end) in `spans`."""

import time

from kernelferry.session import saver

PHASES = ("_look", "_encode_next", "_encode", "_confirm", "_capture", "_commit", "_collect")  # an inner one after its outer one
saver.spans = []


def watch(name):
    inner = getattr(saver.Saver, name)

    def run(*arguments, **options):
        begun = time.time()
        try:
            return inner(*arguments, **options)
        finally:
            saver.spans.append((name, begun, time.time()))

    setattr(saver.Saver, name, run)


for phase in PHASES:
    watch(phase)
