# name: state-random
# description: the global generator of random continues where it was
# %%
import random
def peek():
    r = random.Random(); r.setstate(random.getstate()); return r.random()
random.seed(4)
# %%
a = [random.random() for _ in range(3)]
# %%
g = random.gauss(0, 1)
# %%
want = peek()
print(random.random()); random.seed(9); after = peek()
# %% holds
peek() == after
len(a) == 3 and isinstance(g, float)
