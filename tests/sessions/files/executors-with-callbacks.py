# name: executors-with-callbacks
# description: functions that an executor runs, and callbacks of their futures, change variables that the cell does not name
# %%
from concurrent.futures import ThreadPoolExecutor
import threading
counts, lock_free, order = {}, [], []
def work(i):
    counts[i] = counts.get(i, 0) + 1
    return i * i
def done(future): lock_free.append(future.result())
# %%
with ThreadPoolExecutor(2) as pool: squares = sorted(pool.map(work, range(4)))
del pool
# %%
with ThreadPoolExecutor(1) as pool:
    for i in (2, 3): pool.submit(work, i).add_done_callback(done)
del pool, i
# %%
local = lambda i: order.append((i, squares[i]))
with ThreadPoolExecutor(1) as pool: _ = list(pool.map(local, range(2)))
del pool
# %%
def deep():
    with ThreadPoolExecutor(1) as p: return p.submit(lambda: squares.append(work(9))).result()
deep()
# %%
sum_of = sum(counts.values()) + len(order)
# %% holds
counts == {0: 1, 1: 1, 2: 2, 3: 2, 9: 1} and sorted(lock_free) == [4, 9]
squares == [0, 1, 4, 9, 81] and order == [(0, 0), (1, 1)] and sum_of == 9
