# name: deep-and-wide
# description: a list nested 3000 deep, a long linked list, and many small objects
# %%
deep = []
for _ in range(3000): deep = [deep]
class Link:
    def __init__(self, nxt): self.next = nxt
head = None
for _ in range(3000): head = Link(head)
many = [{"i": i} for i in range(5000)]
# %%
def depth(x):
    n = 0
    while x: x, n = x[0], n + 1
    return n
def length(x):
    n = 0
    while x: x, n = x.next, n + 1
    return n
# %%
many[17]["i"] = many[18]
# %% holds
depth(deep) == 3000 and length(head) == 3000
many[17]["i"] is many[18] and len(many) == 5000
