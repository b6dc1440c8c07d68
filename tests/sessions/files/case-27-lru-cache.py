# name: case-27-lru-cache
# description: a memoised function: what it remembers lives in C
# case: 27
# %%
from functools import lru_cache
calls = []
@lru_cache(maxsize=10)
def f(n):
    calls.append(n)
    return n * n
# %%
total = f(2) + f(3) + f(2)
# %%
total += f(2)
# %% holds
calls == [2, 3]
total == 21
f.cache_info().currsize == 2
