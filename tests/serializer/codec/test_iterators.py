"""Iterators that stand somewhere, or at their end."""
import pathlib

from kernelferry.codec import decode

GOLDEN = pathlib.Path(__file__).parents[2] / "golden" / "codec" / "iterators"


def test_blobs_that_name_what_makes_iterators_where_older_stores_had_it_still_load():
    blob = GOLDEN.read_bytes()
    assert b"kernelferry.codec.library" in blob and b"kernelferry.codec.iterators" not in blob
    values = decode(memoryview(blob), None, {"__name__": "__main__"}).values
    values["d"]["b"] = 5
    assert {name: list(values[name]) for name in ("it", "k", "si", "z", "sl", "p", "ge")} == {
        "it": [], "k": [("b", 5)], "si": [2, 3], "z": [(None, 3)], "sl": [], "p": [(2, 3), (3, 4)], "ge": []}
