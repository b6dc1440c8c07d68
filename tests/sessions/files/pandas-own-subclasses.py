# name: pandas-own-subclasses
# description: classes of the session over Series and DataFrame, with metadata of their own
# %%
import pandas as pd
class Measured(pd.Series):
    _metadata = [*pd.Series._metadata, "unit", "source"]
    @property
    def _constructor(self): return Measured
    @property
    def _constructor_expanddim(self): return Table
class Table(pd.DataFrame):
    _metadata = ["title", "log"]
    @property
    def _constructor(self): return Table
    @property
    def _constructor_sliced(self): return Measured
m = Measured([1.0, 2.0], name="m"); m.unit, m.source = "kg", ["scale"]
t = Table({"a": [1, 2], "b": [3.0, 4.0]}); t.title, t.log = "weights", m.source
# %%
twice = m * 2; head = t.head(1)
# %%
t.log.append("seen"); m.iloc[0] = 5.0; t["c"] = m
# %% holds
type(m) is Measured and type(twice) is Measured and twice.unit == "kg" and m.source is t.log and t.log == ["scale", "seen"]
type(head) is Table and head.title == "weights" and t.title == "weights"
t["c"].tolist() == [5.0, 2.0] and m.name == "m"
