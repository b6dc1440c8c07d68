# name: indexes-that-were-asked
# description: an index of dates keeps caches and a second view of its numbers once it was asked, which are no state
# %%
import numpy as np
import pandas as pd

dates = pd.date_range("1980-01-01", freq="ME", periods=6)
frame = pd.DataFrame({"v": np.arange(6.0)}, index=dates)
lags = pd.timedelta_range("1D", periods=4)
zone = pd.date_range("1980-01-01", periods=4, tz="Europe/Berlin")
# %%
found = frame.loc["1980-03", "v"].iloc[0]
unique = dates.is_unique, lags.is_unique, zone.is_monotonic_increasing
first = dates[0], lags.get_loc(lags[1]), zone.get_indexer(zone[1:2]).tolist()
# %%
numbers = dates.asi8[:2].tolist()
frame.loc[dates[1], "v"] = -1.0
# %% holds
found == 2.0 and all(unique)
frame.index.equals(dates) and frame.loc[dates[1], "v"] == -1.0
dates.freq == pd.tseries.frequencies.to_offset("ME") and dates[-1] == pd.Timestamp("1980-06-30")
zone[0].tzinfo is not None and lags.get_loc(lags[1]) == 1
