# name: exceptions-and-groups
# description: exceptions kept with causes, notes and groups, and classes of one's own
# lost: err (tracebacks are not kept), grp (likewise)
# %%
class Bad(Exception):
    def __init__(self, code, *more): super().__init__(code, *more); self.code = code
    def __str__(self): return f"bad {self.code}"
fresh = Bad(3, "x"); fresh.add_note("note")
# %%
try:
    try: {}["k"]
    except KeyError as e: raise Bad(4) from e
except Bad as e: err = e
grp = ExceptionGroup("many", [ValueError(1), Bad(5)])
# %%
try: raise grp
except* (Bad, ValueError) as e: caught = len(e.exceptions)
# %% holds
fresh.code == 3 and str(fresh) == "bad 3" and fresh.__notes__ == ["note"] and fresh.args == (3, "x")
err.code == 4 and isinstance(err.__cause__, KeyError) and caught == 2 and [type(e) for e in grp.exceptions] == [ValueError, Bad]
