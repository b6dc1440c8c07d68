"""A notebook whose state says by itself whether it is whole: every cell moves all of it by one step."""

import json

START = """
import numpy as np
n, log, box = 0, [], {'last': None}
view = (base := np.zeros(20_000))[::2]
def step():
    global n
    n += 1
    log.append(n)
    box['last'] = log
    view[n] = n
"""
STEP = "step(); n"
WHOLE = ("log == list(range(1, n + 1)) and box['last'] is (log if n else None) and view.base is base "
         "and [int(x) for x in view[1:n + 1]] == log and float(base.sum()) == sum(log)")


def notebook(folder):
    """Writes a notebook file with the cells' ids and returns its path."""
    path = folder / "counting.ipynb"
    cells = [{"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "source": "", "outputs": [], "execution_count": None} for i in range(2)]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def play(kernel, cells):
    """Runs step cells; yields after each reply the number of steps that were promised."""
    for _ in range(cells):
        answer = kernel.run(STEP, "cell-1")
        assert answer.status == "ok", answer.error
        yield int(answer.outputs[-1][1])
