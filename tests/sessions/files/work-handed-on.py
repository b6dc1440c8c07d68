# name: work-handed-on
# description: cells that give work to a task, to a callback, to a pool of threads and to joblib's processes, which write a file: no plan does it twice
# lost: pool (its threads wait for more)
# %%
import asyncio, os
from concurrent.futures import ThreadPoolExecutor
from joblib import Parallel, delayed
counts = {"task": 0, "callback": 0, "pool": 0}
def put(what):
    with open(what, "a") as file: file.write("x")
    if what in counts: counts[what] += 1
    return what.upper()
def written(): return {what: len(open(what).read()) for what in ("task", "callback", "pool", "process") if os.path.exists(what)}
async def later(): put("task")
async def until(*names):
    while not all(counts[name] for name in names): await asyncio.sleep(0.001)
# %%
loop = asyncio.get_running_loop(); by_task = ["kept"]; loop.create_task(later()); loop.call_later(0.001, put, "callback"); del loop
# %%
await until("task", "callback"); pool = ThreadPoolExecutor(1)
# %%
by_pool = ["kept"]; pool.submit(put, "pool"); await until("pool")
# %%
upper = Parallel(2)(delayed(put)("process") for _ in range(2))
# %%
again = Parallel(2)(delayed(put)("process") for _ in range(1)); found = written()
# %% holds
counts == {"task": 1, "callback": 1, "pool": 1} and found == {**counts, "process": 3}
found == written()
by_task == by_pool == ["kept"] and upper == ["PROCESS"] * 2 and again == ["PROCESS"]
