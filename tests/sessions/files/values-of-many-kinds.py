# name: values-of-many-kinds
# description: plain values that are easy to get slightly wrong
# %%
import datetime as dt, decimal, fractions, pathlib, re, uuid, zoneinfo
f = [0.1 + 0.2, -0.0, float("inf"), 5e-324, float("-inf")]
b = [b"\0\xff", bytearray(b"x"), memoryview(b"abc")[1:].tobytes()]
big = -(1 << 200); t = True; e = ...; ni = NotImplemented
# %%
when = dt.datetime(2024, 3, 31, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
misc = [decimal.Decimal("1.10"), fractions.Fraction(2, 6), pathlib.Path("a/../b"), uuid.UUID(int=5), 3 + 0j, range(1, 9, 3), slice(1, None)]
rx = re.compile("(?i)a+b")
# %%
fs = frozenset({frozenset(), 1, "a"}); text = "\ud800 \U0001f6a2"
# %% holds
repr(f) == "[0.30000000000000004, -0.0, inf, 5e-324, -inf]"
repr(b) == r"[b'\x00\xff', bytearray(b'x'), b'bc']"
big == -(1 << 200) and t is True and e is ... and ni is NotImplemented
when.fold == 1 and str(when.tzinfo) == "Europe/Berlin"
repr(misc) == "[Decimal('1.10'), Fraction(1, 3), PosixPath('a/../b'), UUID('00000000-0000-0000-0000-000000000005'), (3+0j), range(1, 9, 3), slice(1, None, None)]"
rx.flags & re.I and bool(rx.match("AAb"))
frozenset() in fs and text[0] == "\ud800"
