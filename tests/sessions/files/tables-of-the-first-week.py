# name: tables-of-the-first-week
# description: arrays and frames beside their accessors, iterators, windows and flags
# lost: nothing (at all)
# %%
import numpy as np, pandas as pd
a = np.arange(12).reshape(3, 4); v = a[:, 1]; a.flags.writeable = False; ro = np.broadcast_to(np.arange(3), (2, 3)); nd = np.nditer([1, 2, 3]); next(nd)
m = np.ma.array([1, 2], mask=[0, 1]); rec = np.rec.array([(1, "a")], names="x,y"); mg = np.mgrid[:2, :2]; fl = a.flat; next(fl); vec = np.vectorize(lambda x: x + 1); poly = np.poly1d([1, 2]); f16 = np.float16(1.5); ob = np.array([[1], "x"], dtype=object); ndi = np.ndindex(2, 2); next(ndi); cheb = np.polynomial.Chebyshev([1, 2])
df = pd.DataFrame({"k": pd.Categorical(["a", "b"], ordered=True), "t": pd.date_range("2024", periods=2, freq="h", tz="UTC"), "s": pd.array([1, None], dtype="Int64"), "st": pd.array(["a", None], dtype="string")})
df.attrs["src"] = "mine"; df.flags.allows_duplicate_labels = False; ix = pd.date_range("2024-01-01", periods=3, freq="ME"); iv = pd.interval_range(0, 3); per = pd.period_range("2024", periods=2, freq="Q"); td = pd.Timedelta("1D"); off = pd.offsets.BMonthEnd(2)
# %%
g = df.groupby("k", observed=True); w = df["s"].rolling(2); st = df.stack if False else None; mi = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]); ser = pd.Series(range(4), index=mi); xs = ser.xs("a"); un = ser.unstack()
sp = pd.Series(pd.arrays.SparseArray([0, 0, 1])); cut = pd.cut([1, 5, 9], 3); q = df.query; ac = df["st"].str; dtacc = df["t"].dt; loc = df.loc; nf = next(fl); at = df.at; ewm = ser.ewm(1); exp = ser.expanding()
# %%
df["n"] = [1, 2]; df.sort_values("n", ascending=False, inplace=True); pos = df.index.tolist(); nn = next(ndi); it = nd.iterindex
# %%
z = 1
# %% holds
v.base is a.base and not a.flags.writeable and not ro.flags.writeable and m.sum() == 1 and rec.x[0] == 1 and vec([1])[0] == 2 and poly(1) == 3
df.attrs == {"src": "mine"} and df.flags.allows_duplicate_labels is False and ix.freqstr == "ME" and off.n == 2 and df["t"].dt.tz is not None
g.size().tolist() == [1, 1] and ac.upper().iloc[0] in ("A", None) and loc[0, "n"] == 1 and loc.obj is df and nf == 1 and nn == (0, 1) and pos == [1, 0]
sp.sparse.density > .3 and cut.categories.size == 3 and exp.sum().iloc[-1] == 6 and xs.index.name == "y" and cheb(1) == 3.0
