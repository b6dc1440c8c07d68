# name: registries-of-libraries
# description: what cells register with libraries otherwise than by an attribute of a module
# lost: modules (functions that search for codecs cannot be listed)
# %%
import fractions, sqlite3, shutil, reprlib, tracemalloc, pprint
import matplotlib, matplotlib.pyplot as plt, matplotlib.units as units, matplotlib.scale as scale, matplotlib.projections as projections
from matplotlib.colors import ListedColormap
import numpy as np, pandas as pd
matplotlib.colormaps.register(ListedColormap(["red", "green"], name="ferry_early"))
plt.style.library["ferry_style"] = matplotlib.RcParams({"lines.linewidth": 7})
# %%
matplotlib.colormaps.register(ListedColormap(["red", "blue"], name="ferry-late"))
matplotlib.color_sequences.register("ferry", ["#112233", "#445566"])
class Money:
    def __init__(self, amount): self.amount = amount
class Converter(units.ConversionInterface):
    @staticmethod
    def convert(value, unit, axis): return value.amount
units.registry[Money] = Converter()
class Scale(scale.LinearScale): name = "ferry"
scale.register_scale(Scale)
class Axes(matplotlib.axes.Axes): name = "ferry"
projections.register_projection(Axes)
# %%
sqlite3.register_adapter(fractions.Fraction, str); sqlite3.register_adapter(Money, lambda money: f"{money.amount} EUR")
sqlite3.register_converter("money", lambda text: Money(text))
shutil.register_archive_format("ferry", lambda *args, **kwargs: "made", (), "of this test")
reprlib.aRepr.maxlist = 2; tracemalloc.start()
@pd.api.extensions.register_extension_dtype
class Kind(pd.api.extensions.ExtensionDtype):
    name = "ferry"; type = Money; na_value = None
    @classmethod
    def construct_array_type(cls): return pd.arrays.NumpyExtensionArray
np.set_printoptions(formatter={"float": lambda x: "F"})
# %%
import codecs
codecs.register_error("ferry-test", lambda error: ("?", error.end))
import functools, sys, types
from pkgutil import iter_importer_modules
@iter_importer_modules.register
def modules_of_money(importer: Money, prefix=""): return [("m", False)]
# %%
codecs.register(lambda name: codecs.lookup("utf-8") if name == "ferrycodec" else None)
# %% holds after 4
matplotlib.colormaps["ferry_early"](0) == (1, 0, 0, 1) and matplotlib.colormaps["ferry-late"](1) == (0, 0, 1, 1)
plt.style.library["ferry_style"]["lines.linewidth"] == 7 and matplotlib.color_sequences["ferry"] == ["#112233", "#445566"]
type(units.registry[Money]) is Converter and scale._scale_mapping["ferry"] is Scale and projections.get_projection_class("ferry") is Axes
sqlite3.connect(":memory:").execute("select ?", (fractions.Fraction(1, 2),)).fetchone() == ("1/2",)
sqlite3.connect(":memory:").execute("select ?", (Money(3),)).fetchone() == ("3 EUR",) and sqlite3.converters["MONEY"](3).amount == 3
"ferry" in dict(shutil.get_archive_formats()) and reprlib.repr([1, 2, 3]) == "[1, 2, ...]" and tracemalloc.is_tracing()
type(pd.api.types.pandas_dtype("ferry")) is Kind and pd.core.dtypes.base._registry.dtypes.count(Kind) == 1
np.array2string(np.array([1.0])) == "[F]"
"é".encode("ascii", "ferry-test") == b"?" and list(iter_importer_modules(Money(1))) == [("m", False)]
# %% holds
"é".encode("ascii", "ferry-test") == b"?"
