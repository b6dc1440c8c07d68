# name: alias-bound-methods
# description: bound methods keep their object, whoever has it
# %%
L = []
push = L.append
class A:
    def __init__(self): self.n = 0
    def step(self): self.n += 1; return self.n
a = A()
m = a.step
# %%
push(1); m()
# %%
del L
n = m()
# %% holds
push.__self__ == [1]
m.__self__ is a
(a.n, n) == (2, 2)
