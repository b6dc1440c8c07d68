# name: unpicklable-changed-later
# description: what cannot be stored is made again by all the cells that changed it, not only by the first
# lost: var (a context variable), con (a connection), g (a generator)
# %%
import contextvars, itertools, sqlite3
var = contextvars.ContextVar("v", default=0); con = sqlite3.connect(":memory:")
def numbers():
    for i in itertools.count(): yield i
g = numbers(); n = 0
# %%
var.set(7); _ = con.execute("create table t (a)"); _ = con.execute("insert into t values (1)"); first = next(g)
# %%
_ = con.execute("insert into t values (2)"); second = next(g)
# %%
n += 1
# %% holds
var.get() == 7 and con.execute("select sum(a) from t").fetchone() == (3,)
g.gi_frame.f_locals["i"] == 1 and (first, second, n) == (0, 1, 1)
# %% holds after 2
con.execute("select sum(a) from t").fetchone() == (1,) and g.gi_frame.f_locals["i"] == 0
