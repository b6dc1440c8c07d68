# name: case-01-class-registry
# description: a method of an instance appends to a list that its class holds; only the instance is named
# case: 1
# %%
class A:
    reg = []

    def add(self, value):
        self.reg.append(value)

a = A()
# %%
a.add(1)
# %%
a.add(2); len(A.reg)
# %% holds
A.reg == [1, 2]
a.reg is A.reg
type(a) is A
# %% holds after 2
A.reg == [1]
