# name: unpicklable-threads
# description: a thread pool, an executor's future and thread-local data
# lost: pool (threads), future (of a pool), local (of a thread), t (a thread)
# %%
from concurrent.futures import ThreadPoolExecutor
import threading
pool = ThreadPoolExecutor(1); local = threading.local(); local.x = 1
# %%
future = pool.submit(pow, 2, 10); result = future.result(30)
# %%
t = threading.Thread(target=print); near = [result]
pool.shutdown()
# %% holds
near == [1024]
