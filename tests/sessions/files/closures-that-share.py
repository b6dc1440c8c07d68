# name: closures-that-share
# description: closures over one variable, counters that advance, recursion, late cells and generators' functions
# %%
def account(start):
    total = start; history = []
    def put(n):
        nonlocal total
        total += n; history.append(n); return total
    def get(): return total, history
    return put, get
put, get = account(10); other = account(0)
def fib(n, memo={}):
    if n not in memo: memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]
# %%
put(5); fib(10); adders = [lambda x, i=i: x + i for i in range(3)]; late = [lambda: i for i in range(3)]
# %%
put(1); sums = [f(1) for f in adders] + [f() for f in late]
# %% holds
get()[0] == 16 and get()[1] == [5, 1] and put.__closure__[1].cell_contents == 16 and other[1]() == (0, [])
put.__closure__[0] is get.__closure__[0] and sums == [1, 2, 3, 2, 2, 2] and len(fib.__defaults__[0]) == 11
