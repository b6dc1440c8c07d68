"""Walk: one look at an object graph beside `pickle.dumps` of the same, in the same process, as CPU time.

Each graph is met in the order it was made in, and shuffled, so that every object lies elsewhere than the one before. A
list of ints is beside `sum`, too, which does no more than read each.
"""

import gc
import pickle
import random
import time

from kernelferry import _ferry

N = 1_000_000
TIMES = 3


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


GRAPHS = {
    "ints": lambda: list(range(1000, N + 1000)),
    "strings": lambda: [f"text {i}" for i in range(N)],
    "floats in a dict": lambda: {f"k{i}": i * 0.5 for i in range(N)},
    "nested lists": lambda: [[i] for i in range(N)],
    "tuples": lambda: [(i, str(i)) for i in range(N // 3)],
    "records": lambda: [{"k": i, "v": str(i), "w": [i]} for i in range(N // 4)],
    "instances": lambda: [Point(i, float(i)) for i in range(N // 4)],
    "instances with slots": lambda: [Slotted(i, float(i)) for i in range(N // 4)],
}


def shuffled(graph):
    items = list(graph.items()) if isinstance(graph, dict) else graph
    random.Random(0).shuffle(items)
    return dict(items) if isinstance(graph, dict) else items


def cpu(function):
    """The best of some runs, in seconds of this thread."""
    def once():
        begun = time.thread_time()
        function()
        return time.thread_time() - begun
    return min(once() for _ in range(TIMES))


def run():
    rows = []
    gc.disable()
    try:
        for title, make in GRAPHS.items():
            for order, target in (("", "<= 0.25"), (", shuffled", "<= 0.75")):
                namespace = {"graph": shuffled(make()) if order else make()}
                walker = _ferry.Walker(namespace)
                objects = sum(c.objects for c in walker.look(["graph"]).components)
                ours, theirs = cpu(lambda: walker.look(["graph"])), cpu(lambda: pickle.dumps(namespace["graph"], 5))
                reading = cpu(lambda: sum(namespace["graph"])) if title == "ints" else 0
                rows.append((f"{title}{order}: walk / pickle.dumps", ours / theirs, target,
                             f"{objects:,} objects: {ours * 1e9 / objects:.1f} ns each beside {theirs * 1e9 / objects:.1f}"))
                if reading:
                    rows.append((f"{title}{order}: sum / pickle.dumps", reading / theirs, "", f"{reading * 1e9 / objects:.1f} ns each"))
    finally:
        gc.enable()
    return rows
