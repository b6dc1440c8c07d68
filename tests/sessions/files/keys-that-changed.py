# name: keys-that-changed
# description: a key that changed after it was put into a dict or set is not found there any more
# defect: a key that changed in place is found again after a resume, because dicts and sets are built anew
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
# %% holds
(k in d, k in s, K(1) in d) == found and list(d) == [k] and n == 1
