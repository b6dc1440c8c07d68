# name: function-decorated
# description: decorators with functools.wraps, recursion, partials and operators
# %%
from functools import partial, wraps, reduce
import operator
count = {}
def counted(f):
    @wraps(f)
    def inner(*a):
        count[f.__name__] = count.get(f.__name__, 0) + 1
        return f(*a)
    return inner
@counted
def fact(n): return 1 if n < 2 else n * fact(n - 1)
# %%
x = fact(4)
# %%
double = partial(operator.mul, 2); add_all = partial(reduce, operator.add)
# %% holds
(x, count) == (24, {"fact": 4})
fact.__wrapped__.__name__ == "fact" and fact.__name__ == "fact"
double(4) == 8 and add_all([[1], [2]]) == [1, 2]
