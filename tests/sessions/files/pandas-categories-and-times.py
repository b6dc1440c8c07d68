# name: pandas-categories-and-times
# description: ordered categories, time zones, periods, intervals and timedeltas
# %%
import pandas as pd
cat = pd.Categorical(["lo", "hi", "lo"], categories=["lo", "mid", "hi"], ordered=True)
t = pd.date_range("2024-03-30", periods=3, tz="Europe/Berlin"); p = pd.period_range("2024Q1", periods=3, freq="Q")
df = pd.DataFrame({"c": cat, "t": t, "p": p, "d": pd.to_timedelta([1, 2, None], unit="h"), "i": pd.interval_range(0, 3)})
# %%
df["c"] = df["c"].cat.add_categories("max"); df.loc[0, "c"] = "max"; naive = df["t"].dt.tz_localize(None)
# %%
m = df["c"].max(); first = df["t"].iloc[0]; gap = df["d"].sum()
# %% holds
m == "max" and df["c"].cat.ordered and cat.categories.tolist() == ["lo", "mid", "hi"]
str(first.tz) == "Europe/Berlin" and df["p"].dt.freq.name.startswith("Q") and df["i"].iloc[1].right == 2
gap == pd.Timedelta(hours=3) and naive.dt.tz is None and pd.isna(df["d"].iloc[2])
