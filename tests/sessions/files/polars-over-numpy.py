# name: polars-over-numpy
# description: series and frames of polars over memory of numpy and of a frame of pandas, arrays of numpy over them, and what cells hang on them
# %%
import polars as pl, numpy as np, pandas as pd
a = np.arange(5.0); s = pl.Series("a", a); df = pl.DataFrame({"a": a, "b": np.arange(5), "t": list("vwxyz")}); back = s.to_numpy(); part = s.slice(1, 3)
grid = np.zeros((3, 2), order="F"); wide = pl.DataFrame(grid); rows = np.zeros((4, 2)); lists = pl.Series("r", rows); alone = pl.Series([1, 2, None]); ints = pl.Series("i", np.arange(3))
# %%
p = pd.DataFrame({"x": [1.5, 2.5]}); of_pandas = pl.from_pandas(p); tail = np.full(2, 7.0); long = pl.concat([s, pl.Series("a", tail)], rechunk=False); asc = s.set_sorted(); head = df.select("a", "t").head(2)
df.note = ["hung"]; s.unit = df.note; lazy = pl.LazyFrame({"q": [1]}); lazy.tag = 3
# %%
a[0] = -9; grid[1, 1] = 8; rows[0, 1] = 7; p.loc[0, "x"] = 6.0; tail[1] = 5
# %%
seen = [s[0], df["a"][0], float(back[0]), wide["column_1"][1], lists.to_list()[0], of_pandas["x"][0], long.to_list(), asc[0], head["a"][0]]
a[2] = 44; later = [part.to_list(), df["a"].to_list(), float(back[2])]; changed = s.clone(); changed[1] = 50
# %% holds
seen == [-9, -9, -9, 8, [0, 7], 6, [-9, 1, 2, 3, 4, 7, 5], -9, -9] and later == [[1, 44, 3], [-9, 1, 44, 3, 4], 44] and a[1] == 1 and changed[1] == 50
s.to_numpy(allow_copy=False).ctypes.data == a.ctypes.data and asc.flags["SORTED_ASC"] and long.n_chunks() == 2 and df["t"].to_list() == list("vwxyz")
df.note is s.unit and df.note == ["hung"] and lazy.tag == 3 and alone.to_list() == [1, 2, None] and ints.dtype == pl.Int64 and lists.dtype == pl.Array(pl.Float64, 2)
