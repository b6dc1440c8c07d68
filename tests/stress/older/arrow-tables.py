# name: arrow-tables
# description: arrays, tables, buffers and columns of pyarrow that share memory, also in frames of pandas
# %%
import pyarrow as pa, pyarrow.compute as pc, pandas as pd, numpy as np
arr = pa.array([1, 2, None, 4]); table = pa.table({"n": arr, "s": ["a", "b", None, "d"]}); box = {"t": table}
# %%
part = table.slice(1, 2); col = table["n"]; scaled = pc.multiply(arr, 2); words = pa.array(["x", "y", "x"]).dictionary_encode()
# %%
df = table.to_pandas(types_mapper=pd.ArrowDtype); series = pd.Series(["p", "q", None], dtype="string[pyarrow]")
batch = table.to_batches()[0]; chunked = pa.chunked_array([[1, 2], [3]]); nested = pa.array([{"a": [1, 2]}, None])
# %%
df["m"] = df["n"] + 1; table = table.append_column("k", pa.array([1.0, 2.0, 3.0, 4.0])); schema = table.schema
buffer = pa.py_buffer(bytearray(b"abcd")); view = np.frombuffer(buffer, dtype="u1")
# %% holds
part.to_pydict() == {"n": [2, None], "s": ["b", None]} and col.to_pylist() == [1, 2, None, 4] and scaled.to_pylist() == [2, 4, None, 8]
words.to_pylist() == ["x", "y", "x"] and box["t"].column_names == ["n", "s"] and table.column_names == ["n", "s", "k"]
df["m"].tolist()[:2] == [2, 3] and str(df.dtypes["n"]) == "int64[pyarrow]" and series.tolist()[:2] == ["p", "q"]
batch.num_rows == 4 and chunked.num_chunks == 2 and nested.to_pylist() == [{"a": [1, 2]}, None] and schema.names == ["n", "s", "k"]
buffer.to_pybytes() == b"abcd" and view.tolist() == [97, 98, 99, 100]
