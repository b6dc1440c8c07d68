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
# %%
calls = []
class L:  # what its hash does no save may do
    def __init__(self, *n): self.n = list(n)
    def __hash__(self): calls.append(1); return hash(tuple(self.n))
    def __eq__(self, o): return isinstance(o, L) and self.n == o.n
class A(L):
    def __hash__(self): return hash(str(id(self)))
l = L(1); m = L(2); a = A(3); dl = {l: "l", m: "m", "x": 0, (1, L(8)): 8}; sl = {l, m, "y"}; da = {a: 1, l: 2}; merged = {L(5): 1, L(6): 2}; whole = {L(i) for i in range(9)}
l.n.append(1); next(iter(merged)).n[0] = 6; order = [str(x.n) for x in whole]; called = len(calls)
# %%
seen = (l in dl, m in dl, l in sl, m in sl, L(1) in dl, a in da, l in da, len(merged), (1, L(8)) in dl)
# %% holds after 3
(k in d, k in s, K(1) in d) == (False, False, False)
# %% holds after 5
k not in frozen and "x" in frozen and (1, k) not in pair and k not in counts and lost == [50] and 99 == sum(K(i) in many for i in range(100))
next(iter(by_address)) in by_address
# %% holds
(k in d, k in s, K(1) in d) == found and list(d) == [k] and n == 1
seen == (False, True, False, True, False, True, False, 2, True) and [str(x.n) for x in whole] == order
(l in dl, m in dl, l in sl, m in sl, L(1) in dl, a in da, l in da, len(merged), (1, L(8)) in dl) == seen
