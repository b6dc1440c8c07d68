# name: unpicklable-sqlite
# description: a database in memory, its cursor, and rows that were read
# %%
import sqlite3
con = sqlite3.connect(":memory:")
cur = con.execute("create table t (x)")
# %%
_ = con.executemany("insert into t values (?)", [(1,), (2,)])
rows = con.execute("select x from t order by x").fetchall()
# %%
class Holder: pass
holder = Holder(); holder.con = con; names = ["t"]
# %% holds
rows == [(1,), (2,)] and names == ["t"]
