# name: keys-that-changed
# description: a key that changed after it was put into a dict or set is not found there any more
# %%
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): return hash(self.n)
    def __eq__(self, o): return isinstance(o, K) and self.n == o.n
k = K(1); d = {k: "v"}; s = {k, K(5)}
# %%
k.n = 2; found = (k in d, k in s, K(1) in d)
# %%
n = len(d)
# %%
class S(K): __hash__ = object.__hash__
by_address = {S(1): 1}; pair = {(1, k): "p"}; frozen = frozenset([k, "x", 7]); counts = __import__("collections").Counter([k, 3])
k.n = 3; many = {K(i): i for i in range(100)}
# %%
list(many)[50].n = 1000; lost = [i for i in range(100) if K(i) not in many]
# %%
d = {**d}; again = {}; again[k] = "v"
# %%
d = again; del again; found = (k in d, k in s, K(1) in d)
# %% holds after 3
(k in d, k in s, K(1) in d) == (False, False, False)
# %% holds after 5
k not in frozen and "x" in frozen and (1, k) not in pair and k not in counts and lost == [50] and 99 == sum(K(i) in many for i in range(100))
next(iter(by_address)) in by_address
# %% holds
(k in d, k in s, K(1) in d) == found and list(d) == [k] and n == 1
