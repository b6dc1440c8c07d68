# name: case-14-callback-held-in-c
# description: sqlite's trace callback is a bound method whose reference lives in C
# case: 14
# lost: con (a connection in memory)
# %%
import sqlite3
acc = []
con = sqlite3.connect(":memory:")
con.set_trace_callback(acc.append)
# %%
_ = con.execute("select 1").fetchall()
# %%
_ = con.execute("select 2").fetchall()
n = len(acc)
# %% holds
acc == ["select 1", "select 2"]
n == 2
