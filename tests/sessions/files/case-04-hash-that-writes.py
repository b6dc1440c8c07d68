# name: case-04-hash-that-writes
# description: a key whose __hash__ writes to a log: rebuilding the dict must not be seen in the log
# case: 4
# %%
log = []
class K:
    def __init__(self, n):
        self.n = n
    def __hash__(self):
        log.append(self.n)
        return hash(self.n)
    def __eq__(self, other):
        log.append("eq")
        return self.n == other.n
d = {K(1): 1, K(2): 2}
# %%
e = dict(d)
seen = len(log)
# %%
found = d[K(1)]
seen = len(log)
# %% holds
len(log) == seen
found == 1
[key.n for key in d] == [1, 2]
[a is b for a, b in zip(d, e)] == [True, True]
