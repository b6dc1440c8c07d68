# name: polars-frames
# description: frames, series, expressions and lazy frames of polars
# %%
import polars as pl
df = pl.DataFrame({"a": [1, 2, 3], "s": ["x", None, "z"], "l": [[1], [], [2, 3]]}); ser = df["a"]
# %%
lazy = df.lazy().filter(pl.col("a") > 1).select(pl.col("a") * 2); expr = pl.col("a").sum().alias("t")
# %%
res = lazy.collect(); df = df.with_columns(b=pl.col("a") + 0.5)
# %% holds
res["a"].to_list() == [4, 6] and df["b"].to_list() == [1.5, 2.5, 3.5] and ser.to_list() == [1, 2, 3]
df.select(expr).item() == 6 and lazy.collect().equals(res) and df["l"].to_list() == [[1], [], [2, 3]]
