# name: weak-references
# description: weak references, dictionaries and proxies to objects of the session
# lost: r (a weak reference), cache (weak), p (a proxy), a (others hold weak references to it), b (the same)
# %%
import weakref
class A:
    def __init__(self, n): self.n = n
a, b = A(1), A(2)
# %%
r = weakref.ref(a); cache = weakref.WeakValueDictionary(b=b); p = weakref.proxy(a)
# %%
a.n = 10
# %% holds
r() is a and p.n == 10
cache["b"] is b and len(cache) == 1
