# name: outputs-of-pandas-that-share
# description: what a cell shows of a frame has the frame's indexes, and what it shows of an array looks into it
# %%
import pandas as pd
df = pd.DataFrame({"a": [1, 2, 3], "s": list("xyz"), "c": pd.Categorical(list("aba"))}, index=list("uvw"))
kinds = pd.Categorical(list("abab")); whole = pd.array([1, 2, None]); days = pd.date_range("2024", periods=3).array.copy()
# %%
df.head(2)
# %%
df.style.format("{}")
# %%
df["a"]
# %%
kinds[:2]
# %%
[whole[:2], days[1:]]
# %%
df.index.name = "key"; kinds[0] = "b"; whole[0] = 9; days[1] = pd.Timestamp("2025-01-01"); df.loc["u", "a"] = 7
print(Out[3].index.name, Out[5], Out[6], Out[2], Out[4])
# %% holds
Out[3].data is df and Out[3].index is df.index and Out[3].columns is df.columns
Out[5][0] == kinds[0] and Out[6][0][0] == whole[0] and Out[6][1][0] == days[1]
# %% holds after 6
Out[2].index.name is None
