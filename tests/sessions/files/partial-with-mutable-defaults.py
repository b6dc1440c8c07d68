# name: partial-with-mutable-defaults
# description: arguments of partials, defaults and keyword defaults that others hold and change
# %%
from functools import partial, partialmethod, reduce
acc, opts = [], {"n": 1}
def put(x, into=acc, *, how=opts): into.append((x, how["n"])); return into
p = partial(put, into=acc); q = partial(p, how=opts); class_ = type("K", (), {"put": partialmethod(put, into=acc)})
class Named(partial):
    tag = []
n = Named(put, 5); n.tag.append("t"); n.extra = acc
# %%
q(1); opts["n"] = 2; put(2)
# %%
n(); p.keywords["into"] = fresh = []; p(3); out = reduce(lambda a, b: put(b, a), [7, 8], [])
# %%
put.__defaults__ = (fresh,); put(4); put.__kwdefaults__["how"] = {"n": 9}; put(5)
# %% holds
acc == [(1, 1), (2, 2), (5, 2)] and fresh == [(3, 2), (4, 2), (5, 9)] and out == [(7, 2), (8, 2)]
q.keywords["how"] is opts and q.keywords["into"] is acc and p.keywords["into"] is fresh and put.__defaults__[0] is fresh
n.extra is acc and type(n) is Named and Named.tag == ["t"] and n.func is put
class_.__dict__["put"].keywords["into"] is acc
