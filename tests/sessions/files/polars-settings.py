# name: polars-settings
# description: settings and random numbers of polars, lazy frames with functions of the session, categories
# lost: switches (where the generator of polars stands cannot be read)
# %%
import polars as pl
pl.Config.set_tbl_rows(3); pl.Config.set_fmt_float("full"); pl.set_random_seed(5); seen = []
df = pl.DataFrame({"a": [1, 2, 3, 4, 5, 6], "b": list("xyzxyz")}, schema_overrides={"b": pl.Categorical})
def f(x): seen.append(x); return x * 2
lazy = df.lazy().with_columns(pl.col("a").map_elements(f, return_dtype=pl.Int64).alias("c"))
# %%
s1 = df.sample(3)["a"].to_list(); ser = df["a"]; ex = pl.col("a") + 1
# %%
out = lazy.collect(); n = len(seen); s2 = df.sample(3)["a"].to_list()
# %%
df2 = df.with_columns(ex.alias("d")); text = str(df2); s3 = df.sample(3)["a"].to_list(); ctx = pl.Config(tbl_cols=2); ctx.__enter__()
# %%
text2 = str(df2); part = df2.group_by("b", maintain_order=True).agg(pl.col("a").sum())
# %% holds
out["c"].to_list() == [2, 4, 6, 8, 10, 12] and part["a"].to_list() == [5, 7, 9]
