"""What may be decoded before a session arrives, and that nothing else is."""

import decimal
import logging

import numpy as np
import pandas as pd
import pytest

from kernelferry import _ferry, codec
from kernelferry.replay.ahead import Ahead, may_come

BLOB = "0" * 31


def entry(number, **fields):
    return _ferry.ComponentEntry(**{"number": number, "key": [f"x{number}"], "names": [f"x{number}"], "way": "stored", "blob": BLOB + str(number), **fields})


@pytest.mark.parametrize("fields", [{"needs": [7]}, {"exports": [7]}, {"mentions": ["f"]}, {"opaque": "Figure at x1"}, {"held_by": "a library"},
                                    {"way": "lost"}])
def test_only_what_stands_alone_may_come(fields):
    assert may_come(_ferry.Manifest(components=[entry(0), entry(1, **fields)])) == [BLOB + "0"]


@pytest.mark.parametrize("item, may", [("modules", True), ("limits", True), ("numpy.random", True), ("environ", False), ("sys.path", False), ("cwd", False)])
def test_nothing_comes_where_imports_stand_on_something_else(item, may):
    manifest = _ferry.Manifest(components=[entry(0)], process=[_ferry.ProcessItem(name=item, blob=BLOB + "9", summary="")])
    assert bool(may_come(manifest)) is may


class Reader:
    def __init__(self, **values):
        self.blobs = {name: b"".join(codec.encode({name: value}, {}, {}, {}).chunks) for name, value in values.items()}

    def blob(self, name):
        return self.blobs[name]


def test_plain_data_is_decoded_once():
    reader = Reader(array=np.arange(5), frame=pd.DataFrame({"a": [1, 2]}), plain=[{"k": (decimal.Decimal(1), {2, 3})}])
    ahead = Ahead({})
    ahead.decode(reader, list(reader.blobs))
    assert ahead.decoded.keys() == reader.blobs.keys()
    decoded = ahead.take("array")
    assert decoded.values["array"].tolist() == [0, 1, 2, 3, 4] and not decoded.exports and not decoded.uncovered and ahead.take("array") is None
    ahead.decode(reader, ["frame", "array"])
    assert ahead.decoded.keys() == {"frame", "array"}  # what is not wanted any more is dropped


def test_what_registers_itself_or_leads_elsewhere_is_left(monkeypatch):
    made = []
    monkeypatch.setattr(logging.Handler, "__init__", lambda *_: made.append(1))
    reader = Reader(handler=[logging.NullHandler()], module=np, logger=logging.getLogger("x"), good=[1])
    made.clear()
    ahead = Ahead({})
    ahead.decode(reader, [*reader.blobs, "missing"])
    assert ahead.decoded.keys() == {"good"} and not made
