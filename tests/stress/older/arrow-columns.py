# name: arrow-columns
# description: parts and copies of frames whose strings and numbers are Arrow's, in chunks, changed on
# lost: g (a generator)
# %%
import pyarrow as pa, pyarrow.compute, pandas as pd
text = pd.Series(["x", "y", None] * 5, dtype="string[pyarrow]"); df = pd.DataFrame({"s": text, "n": pd.array(range(15), dtype="int64[pyarrow]")})
part = df[3:9]; head = text.head(2); flags = pd.array([True, None, False] * 4, dtype="bool[pyarrow]")[5:]
# %%
long = pd.concat([df, df[:4]]); kind = part["s"].astype("category")
table = pa.table({"n": [1, 2], "f": [1.5, None], "t": pa.array([1, 2], pa.timestamp("us")), "s": ["p", "q"]}); frame = table.to_pandas()
# %%
part.iloc[0, 1] = 99; long.loc[long["n"] == 3, "s"] = "new"; head.iloc[0] = "z"; frame.loc[0, "n"] = 5; nested = pd.Series([[1], None, [2, 3]], dtype=pd.ArrowDtype(pa.list_(pa.int64())))[1:]
# %%
upper = part["s"].str.upper(); sums = df[2:].groupby("s")["n"].sum(); later = df.iloc[2:]; later = later.assign(m=later["n"] + 1); twice = pa.array([1, 2]).cast("double"); pair = pa.compute.add(pa.array([1, 2]), 1)
g = (n for n in [1, 2]); _ = next(g)
# %% holds
part["n"].tolist()[0] == 99 and df.loc[3, "n"] == 3 and (long["s"] == "new").sum() == 2 and head.tolist() == ["z", "y"]
text.tolist()[:2] == ["x", "y"] and upper.tolist()[:2] == ["X", "Y"] and sums["x"] == 30 and kind.cat.categories.tolist() == ["x", "y"]
frame["n"].tolist() == [5, 2] and table["n"].to_pylist() == [1, 2] and flags.tolist()[0] is False and nested.tolist()[1] == [2, 3]
long["n"].array._pa_array.num_chunks > 1
