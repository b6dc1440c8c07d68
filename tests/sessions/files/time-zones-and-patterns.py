# name: time-zones-and-patterns
# description: objects that are one for their name: zones, patterns, interned, singletons of libraries
# %%
import zoneinfo, re, datetime, decimal, uuid, fractions, pathlib, enum, collections
berlin = zoneinfo.ZoneInfo("Europe/Berlin"); private = zoneinfo.ZoneInfo.no_cache("Europe/Berlin"); pat = re.compile("a+(?P<n>b)"); mat = pat.match("aab")
class Odd(datetime.tzinfo):
    def utcoffset(self, when): return datetime.timedelta(minutes=17)
    def dst(self, when): return None
    def tzname(self, when): return "ODD"
odd = Odd()
# %%
when = datetime.datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=1); there = datetime.datetime(2024, 1, 1, tzinfo=odd); ctx = decimal.Context(prec=3); third = ctx.divide(1, 3); u = uuid.UUID(int=5)
# %%
same = zoneinfo.ZoneInfo("Europe/Berlin"); shift = when.utcoffset(); odd.mark = [1]
# %% holds
same is berlin and private is not berlin and when.tzinfo is berlin
when.fold == 1 and shift.total_seconds() == 3600
there.tzinfo is odd and odd.mark == [1]
mat["n"] == "b" and mat.re is pat
str(third) == "0.333" and ctx.prec == 3
