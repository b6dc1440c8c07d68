# name: polars-lazy-over-numpy
# description: lazy frames without steps over arrays of numpy, which writes to the array are seen in
# %%
import polars as pl, numpy as np
a = np.arange(4.0); lf = pl.DataFrame({"x": a, "t": list("abcd")}).lazy(); lf.tag = [1]; own = pl.LazyFrame({"y": [1, 2]}).filter(pl.col("y") > 1)
# %%
both = pl.concat([lf, pl.DataFrame({"x": a, "t": list("efgh")}).lazy()]); two = pl.DataFrame({"x": a}).lazy(); box = [a]
del both
# %%
names = lf.collect_schema().names(); kept = lf.tag
# %%
a[0] = 9
# %%
seen = lf.collect()["x"].to_list(), two.select(pl.col("x").sum()).collect().item()
# %% holds
seen == ([9, 1, 2, 3], 15) and lf.tag is kept and box[0] is a and own.collect()["y"].to_list() == [2] and names == ["x", "t"]
# %% holds after 3
lf.collect()["x"][0] == 0 and two.collect()["x"][0] == a[0]
