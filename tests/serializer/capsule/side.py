"""One side of a journey of process state: `side.py save|load FILE`, the case as JSON on standard input.

save: takes the baseline, runs the cells, captures, writes the items; load: runs the cells that stand for loaded
components, applies the items. Both evaluate the expressions and print their texts as one line of JSON.
"""
import json
import pickle
import sys

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kernelferry import capsule


def run(shell, cells, **options):
    for cell in cells:
        result = shell.run_cell(cell, silent=False, **options)
        result.raise_error()


def main(side, file):
    case = json.load(sys.stdin)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    sys.modules["__main__"] = shell.user_module
    before = capsule.baseline(shell)
    told = {}
    if side == "save":
        for cell in case["cells"]:
            run(shell, [cell], store_history=case.get("history", False))
            capsule.see(before)  # as before each statement of a session
        items = capsule.capture(shell, before)
        assert [item[::2] for item in capsule.capture(shell, before)] == [item[::2] for item in items]
        told["items"] = {item.name: item.summary for item in items}
        with open(file, "wb") as out:
            pickle.dump([(item.name, item.data) for item in items], out)
    else:
        with open(file, "rb") as data:
            items = pickle.load(data)
        told["prepared"] = capsule.prepare(shell, items)
        run(shell, case.get("loaded", []), store_history=False)
        told["applied"] = capsule.apply(shell, items)
        told["again"] = capsule.apply(shell, items)
        told["items"] = {item.name: item.summary for item in capsule.capture(shell, before)}
    told["values"] = [repr(eval(text, shell.user_ns)) for text in case["expressions"]]
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
