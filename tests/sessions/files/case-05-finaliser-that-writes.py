# name: case-05-finaliser-that-writes
# description: __del__ of an element appends to a list that the cell does not name
# case: 5
# %%
log = []
class K:
    def __init__(self, n):
        self.n = n
    def __del__(self):
        log.append(self.n)
q = [K(1), K(2)]
# %%
q.clear()
# %%
q.append(K(3)); print(sorted(log))
# %% holds
sorted(log) == [1, 2]
[x.n for x in q] == [3]
