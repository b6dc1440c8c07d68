# name: numpy-structured-views
# description: fields, real and imaginary parts, other types of item over one memory, records and nested fields
# %%
import numpy as np
t = np.zeros(3, dtype=[("x", "f8"), ("p", [("u", "i2"), ("w", "i2", (2,))]), ("s", "U4")])
xs, ws, two = t["x"], t["p"]["w"], t[["x", "s"]]; row = t[1]
z = np.array([1 + 2j, 3 - 1j]); re, im = z.real, z.imag; pair = z.view("f8"); rec = t.view(np.recarray)
# %%
xs[1] = 2.5; ws[2, 1] = 9; rec.s[0] = "né"; row["x"] += 1
# %%
im[:] = 0; pair[2] = 30; two["x"][0] = -1; sub = rec.p
# %%
sub.u[1] = 4; as_bytes = np.arange(4, dtype=">u2").view("u1")
# %% holds
t["x"].tolist() == [-1.0, 3.5, 0.0] and t["p"]["w"][2].tolist() == [0, 9] and t["s"][0] == "né" and t["p"]["u"].tolist() == [0, 4, 0]
np.shares_memory(xs, t)
np.shares_memory(sub, t)
np.shares_memory(two, t)
type(rec) is np.recarray
z.tolist() == [1 + 0j, 30 + 0j] and re.tolist() == [1.0, 30.0] and np.shares_memory(re, z) and np.shares_memory(pair, im)
row["x"] == 3.5 and as_bytes.tolist() == [0, 0, 0, 1, 0, 2, 0, 3]
