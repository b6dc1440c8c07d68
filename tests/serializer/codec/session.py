"""Run in processes of their own by test_roundtrip.py: one encodes a component for each case, another, new one decodes.

A case is cells and expressions that must hold, before encoding and after decoding. All cases of a file share the
processes; each starts with an empty namespace, which is that of `__main__`, as in a kernel.
"""
import json
import linecache
import pathlib
import sys
import traceback

from kernelferry.codec import decode, encode

NAMESPACE = vars(sys.modules["__main__"])
_KEEP = dict(NAMESPACE)


def _clear():
    NAMESPACE.clear()
    NAMESPACE.update(_KEEP)


def _check(case):
    for expression in case["holds"]:
        if not eval(compile(expression, "<holds>", "eval"), NAMESPACE):
            raise AssertionError(expression)


def _each(cases, step):
    report = {}
    for case in cases:
        _clear()
        try:
            report[case["id"]] = step(case) or ""
        except BaseException:
            report[case["id"]] = traceback.format_exc()
    return report


def write(cases_file, folder):
    def step(case):
        name = f"<cell {case['id']}>"
        linecache.cache[name] = (len(case["cells"]), None, case["cells"].splitlines(True), name)
        exec(compile(case["cells"], name, "exec"), NAMESPACE)
        _check(case)
        values = {name: value for name, value in NAMESPACE.items() if name not in _KEEP and name not in case["apart"]}
        encoded = encode(values, {}, {}, NAMESPACE)
        if encoded.notes != case["notes"]:
            raise AssertionError(encoded.notes)
        (pathlib.Path(folder) / case["id"]).write_bytes(b"".join(encoded.chunks))

    print(json.dumps(_each(json.loads(pathlib.Path(cases_file).read_text()), step)), file=sys.__stdout__)


def read(cases_file, folder):
    def step(case):
        values = decode(memoryview((pathlib.Path(folder) / case["id"]).read_bytes()), None, NAMESPACE).values
        exec(case["apart_again"], NAMESPACE)
        NAMESPACE.update(values)
        _check(case)
        exec(case["then"], NAMESPACE)

    print(json.dumps(_each(json.loads(pathlib.Path(cases_file).read_text()), step)), file=sys.__stdout__)
