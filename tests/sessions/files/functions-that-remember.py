# name: functions-that-remember
# description: functools.lru_cache and functools.cache: what they remember, in which order, what that shares with variables, and how often they were asked
# lost: described (what it remembers is no data)
# %%
import functools, numpy as np
asked = []
@functools.lru_cache(maxsize=2)
def square(n, *, plus=0):
    asked.append(n)
    return [n * n + plus]
@functools.cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
@functools.lru_cache(maxsize=None, typed=True)
def table(*shape): return np.zeros(shape)
class Thing: pass
@functools.cache
def described(n): return Thing()
# %%
one = square(1); two = square(2, plus=1); again = square(1); total = fib(90)
grid = table(2, 3); other = table(2, 3.0 // 1) if False else table(2); grid[0, 0] = 5; described(1).name = "x"
def failing(n): raise KeyError(n)
failing = functools.lru_cache(failing); failing.note = "kept"
# %%
try: failing(3)
except KeyError: pass
third = square(3); grid[1, 1] = 6
# %%
square(1); square(2, plus=1); fib(91); before = len(asked); table(2, 3)[0, 1] = 7
square.cache_clear() if square.cache_info().hits > 9 else None
# %%
info = [f.cache_info() for f in (square, fib, table, failing)]; fib.cache_clear(); fib(5)
# %% holds after 2
square.cache_info() == (1, 2, 2, 2) and square(1) is one is again and fib.cache_info().misses == 91 and table(2, 3) is grid if False else True
square.__wrapped__.__name__ == "square" and square.cache_parameters() == {"maxsize": 2, "typed": False} and failing.note == "kept"
# %% holds
asked == [1, 2, 3, 2] and before == 4 and info[0][:2] == (2, 4) and info[1].misses == 92 and info[2][:2] == (1, 2) and info[3][:2] == (0, 1)
grid.tolist() == [[5, 7, 0], [0, 6, 0]] and fib.cache_info().currsize == 6 and third == [9]
