# name: function-of-another-namespace
# description: functions whose globals are a dict of the session, not the session itself
# %%
space = {"n": 0, "log": []}
exec("def bump(k=1):\n    global n\n    n += k\n    log.append(n)\n    return n", space)
bump = space["bump"]; log = space["log"]
# %%
bump(); bump(5)
# %%
def count(): return space["n"] + len(log)
last = bump(10)
# %% holds
bump.__globals__ is space
space["bump"] is bump and space["log"] is log
(space["n"], log, last, count()) == (16, [1, 6, 16], 16, 19)
