# name: sentinels-everywhere
# description: a sentinel as default, as value, as key and in closures is one object; so is a nan
# %%
MISSING = object(); nan = float("nan")
def get(d, k, default=MISSING):
    return default is MISSING and d.get(k, MISSING) is MISSING
class Opt:
    empty = MISSING
    def __init__(self, v=MISSING): self.v = v
    def is_set(self): return self.v is not self.empty
opts = [Opt(), Opt(1)]; table = {MISSING: "m", nan: "n"}
# %%
def maker():
    local = object()
    return (lambda x=local: x is local), local
test, token = maker(); row = [nan, nan, float("nan")]
# %%
flags = [get({}, 1), opts[0].is_set(), opts[1].is_set(), test(), test(token), test(object())]; kept = {"s": MISSING}
# %% holds
flags == [True, False, True, True, True, False] and kept["s"] is MISSING and table[MISSING] == "m" and table[nan] == "n"
row.count(nan) == 2 and row[0] is nan and row[2] is not nan and Opt.empty is MISSING and get.__defaults__[0] is MISSING
