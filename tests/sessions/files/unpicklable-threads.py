# name: unpicklable-threads
# description: a thread pool, an executor's future and thread-local data
# lost: pool (its threads run), mine (its class makes what it holds)
# %%
from concurrent.futures import ThreadPoolExecutor
import threading
pool = ThreadPoolExecutor(1); local = threading.local(); local.x = 1
class Mine(threading.local): x = 2
mine = Mine()
# %%
future = pool.submit(pow, 2, 10); result = future.result(30)
# %%
t = threading.Thread(target=print); near = [result]
pool.shutdown()
# %% holds
near == [1024]
local.x == 1 and future.result() == 1024 and not t.is_alive()
