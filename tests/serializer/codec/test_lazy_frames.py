"""Lazy frames of polars over memory of numpy: shared again, or named."""
import numpy as np
import polars as pl

from kernelferry.codec import encode

NOTE = ["a lazy frame over memory of an array: comes back with memory of its own"]


def notes(**values):
    return encode(values, {}, {}, {}).notes


def test_one_with_steps_over_an_array_is_named():
    a = np.arange(3.0)
    lazy = pl.DataFrame({"x": a}).lazy()
    assert notes(a=a, lazy=lazy) == [] and notes(a=a, lazy=lazy.filter(pl.col("x") > 1)) == NOTE
    assert notes(a=a, lazy=lazy.join(pl.LazyFrame({"x": [1.0]}), on="x")) == NOTE


def test_one_that_shares_nothing_is_not_named():
    a = np.arange(3.0)
    own = pl.LazyFrame({"x": [1.0, 2.0]})
    assert notes(a=a, lazy=own.filter(pl.col("x") > 1)) == [] and notes(lazy=pl.DataFrame({"x": a}).lazy().head(1)) == []


def test_one_of_which_nothing_is_seen_is_named():
    a = np.arange(3.0)
    lazy = pl.DataFrame({"x": a}).lazy()
    unseen = ["a lazy frame with functions of Python, or files: its frames come back with memory of their own"]
    assert notes(a=a, lazy=lazy.map_batches(len)) == unseen
    assert notes(a=a, lazy=lazy.join(pl.scan_csv("/nowhere.csv"), on="x")) == unseen and notes(lazy=pl.scan_csv("/nowhere.csv")) == []
