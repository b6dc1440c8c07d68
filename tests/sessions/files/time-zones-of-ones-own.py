# name: time-zones-of-ones-own
# description: tzinfo classes of the session, aware times, calendars and locale-free formats
# %%
import datetime as dt
class Fixed(dt.tzinfo):
    def __init__(self, h=0): self.h = h
    def utcoffset(self, t): return dt.timedelta(hours=self.h)
    def dst(self, t): return dt.timedelta(0)
    def tzname(self, t): return f"F{self.h}"
zone = Fixed(2); t = dt.datetime(2024, 1, 1, 12, tzinfo=zone); times = {t: "noon"}
# %%
u = t.astimezone(dt.timezone.utc); d = dt.timedelta(days=1, microseconds=5)
# %%
zone.h = 3; late = t.utcoffset(); iso = (t + d).isoformat()
# %% holds
t.tzinfo is zone and late == dt.timedelta(hours=3) and u.tzinfo is dt.timezone.utc and iso.endswith("+03:00")
u.hour == 10 and d.microseconds == 5
