# name: numpy-datetimes-and-strings
# description: dates, durations, strings, complex and half precision keep dtype and bytes
# %%
import numpy as np
t = np.array(["2024-02-29", "NaT"], dtype="M8[s]")
s = np.array(["a", "ä", ""])
h = np.array([1.5, np.nan, -0.0], dtype="f2")
# %%
c = h.astype("c8") * 1j
b = s.astype("S4", casting="unsafe") if False else np.array([b"x\0y"])
# %%
t = t + np.timedelta64(1, "D")
# %% holds
str(t[0]) == "2024-03-01T00:00:00" and np.isnat(t[1])
s.dtype == "<U1" and s.tolist() == ["a", "ä", ""]
h.tobytes() == np.array([1.5, np.nan, -0.0], dtype="f2").tobytes()
c.dtype == "c8" and b[0] == b"x\0y"
