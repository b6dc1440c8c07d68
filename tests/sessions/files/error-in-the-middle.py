# name: error-in-the-middle
# description: a cell changes things and then fails
# %%
a = [1]; n = 0
# %% raises ZeroDivisionError
a.append(2)
n = 1
1 / 0
a.append(99)
# %% raises NameError
b = [a]
missing
# %%
n += 1
# %% holds
a == [1, 2] and n == 2
b[0] is a
