# name: strings-that-are-one
# description: interned, sliced, formatted and long strings keep who is who
# %%
import sys
a = "two words"; b = sys.intern("other words"); long = "x" * 5000; parts = [a, b, long, a[:3]]; table = {a: long}
# %%
c = "".join(["two", " ", "words"]); d = sys.intern("".join(["other", " ", "words"])); e = f"{a}"; by = b"raw" * 3; parts.append(by)
# %%
flags = (parts[0] is a, c is a, d is b, e is a, table["two words"] is long)
# %% holds
(parts[0] is a, c is a, d is b, e is a, table["two words"] is long) == flags
parts[2] is long and parts[4] is by and list(table)[0] is a
