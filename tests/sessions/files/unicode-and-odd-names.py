# name: unicode-and-odd-names
# description: names that are not ASCII, that start with underscores, or that shadow builtins
# %%
größe = [1]; 变量 = größe; _private = {"p": 1}; __dunder = 3
list_ = list
def print_twice(x): return [x, x]
# %%
len = lambda x: -1
n = len([1, 2])
# %%
del len
m = len([1, 2]); 变量.append(2)
# %% holds
größe == [1, 2] and 变量 is größe
(n, m) == (-1, 2)
_private == {"p": 1} and list_ is list
