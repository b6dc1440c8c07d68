# name: case-18-exception-kept
# description: an exception is kept; its traceback leads to frames
# case: 18
# lost: err (its traceback), outer (tracebacks)
# %%
big = list(range(5))
def fail(n):
    local = [n]
    raise ValueError("bad", n)
# %%
try:
    fail(7)
except ValueError as error:
    err = error
# %%
try:
    raise KeyError("outer") from err
except KeyError as error:
    outer = error
# %% holds
err.args == ("bad", 7)
outer.__cause__ is err
type(outer) is KeyError
big == [0, 1, 2, 3, 4]
